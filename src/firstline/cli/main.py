"""`firstline`: serve, worker, demo, migrate, business, api-key, ingest, kb, ask. `firstline --help` tells all."""

import sys

import click

from firstline import __version__
from firstline.cli.asking import ask
from firstline.cli.businesses import api_key, business
from firstline.cli.demo import demo
from firstline.cli.ingesting import ingest
from firstline.cli.knowledge import kb
from firstline.cli.processes import migrate, serve, worker
from firstline.ground.errors import FirstlineError

__all__ = ["cli", "main"]


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
def cli() -> None:
    """Firstline: the AI first line of small service businesses."""


for command in (serve, worker, demo, migrate, business, api_key, ingest, kb, ask):
    cli.add_command(command)


def main() -> None:
    """Runs the command; what a person can mend is said in a sentence, without a stack trace."""
    try:
        cli()
    except FirstlineError as error:
        click.echo(f"firstline: {error.detail or error.code}", err=True)
        for entry in error.errors:
            click.echo(f"  {entry['field']}: {entry['message']}", err=True)
        sys.exit(2)
    except ValueError as error:  # llm.route.BadRoute and the like: a setting that says what is wrong
        click.echo(f"firstline: {error}", err=True)
        sys.exit(2)

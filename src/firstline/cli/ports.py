"""Whether a port can be listened on: asked before anything slow is made, so that a person hears it at once."""

import errno
import socket

from firstline.ground.errors import StartupError

__all__ = ["check_port"]

SAID = {
    errno.EADDRINUSE: "Port {port} is in use; choose another with --port.",
    errno.EACCES: "Port {port} is kept for the system's own programs; choose one above 1023 with --port.",
}


def check_port(host: str, port: int) -> None:
    """Raises StartupError when `host`:`port` cannot be listened on. 0 is any free port."""
    if port > 65535:
        raise StartupError("port", f"{port} is not a port; choose one up to 65535 with --port.")
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            said = SAID.get(
                error.errno or 0, "{host} is no address of this machine ({why}); choose another with --host."
            )
            code = "port_in_use" if error.errno == errno.EADDRINUSE else "address"
            raise StartupError(code, said.format(host=host, port=port, why=error.strerror or error)) from None

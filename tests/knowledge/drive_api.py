"""A Google Drive on loopback, made of Google's published description (googleapiclient's drive.v3.json), not of our client.

Paths, parameters, their types, bounds and enumerations, required ones, and the schemas of answers are read from it. A request
that the description does not know is answered 400 and kept in `refused`; an answer that does not fit its schema raises. Tokens
come from a token endpoint that checks a service account's signed request (signature, audience, scope, times) or a refresh token.
"""

import base64
import io
import json
import re
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files as resources
from urllib.parse import parse_qs, unquote, urlsplit

import jsonschema_rs
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from firstline.knowledge.sources.drive.wording import Endpoints

TOKEN_URL = "https://oauth2.googleapis.com/token"
READONLY = "https://www.googleapis.com/auth/drive.readonly"
FOLDER = "application/vnd.google-apps.folder"
DOC = "application/vnd.google-apps.document"
SHEET = "application/vnd.google-apps.spreadsheet"
SLIDES = "application/vnd.google-apps.presentation"
SHORTCUT = "application/vnd.google-apps.shortcut"
DESCRIPTION = json.loads(
    resources("googleapiclient").joinpath("discovery_cache/documents/drive.v3.json").read_text("utf-8")
)


def _schema(name):
    """The description's schemas are JSON Schema but for their `$ref`s and the numbers they write as text."""

    def rewritten(node):
        if isinstance(node, dict):
            out = {k: rewritten(v) for k, v in node.items() if k not in ("id", "description", "default", "format", "annotations", "deprecated", "readOnly", "enumDescriptions", "enumDeprecated")}  # fmt: skip
            if out.get("type") == "any":  # JSON Schema draft 3, as the description calls itself
                del out["type"]
            if isinstance(node.get("$ref"), str):
                out["$ref"] = "#/$defs/" + node["$ref"]
            if "properties" in out:
                out["properties"] = {k: rewritten(v) for k, v in node["properties"].items()}
                out["additionalProperties"] = False
            return out
        return [rewritten(n) for n in node] if isinstance(node, list) else node

    defs = {k: rewritten(v) for k, v in DESCRIPTION["schemas"].items()}
    return jsonschema_rs.validator_for({"$ref": f"#/$defs/{name}", "$defs": defs})


VALID = {name: _schema(name) for name in ("File", "FileList", "ChangeList", "StartPageToken")}


class Answer(Exception):
    """Ends a request with this status and Google's error object."""

    def __init__(self, status, reason, message="", headers=None):
        super().__init__(reason)
        self.status, self.headers = status, headers or {}
        self.body = {"error": {"code": status, "message": message or reason, "errors": [{"domain": "global", "reason": reason, "message": message or reason}]}}  # fmt: skip


@dataclass
class GoogleDrive:
    """Files by id: API fields, plus `_data` (their bytes) or `_exports` ({mime type: bytes})."""

    files: dict = field(default_factory=dict)
    changes: list = field(default_factory=list)
    requests: list = field(default_factory=list)  # (method id, query)
    refused: list = field(default_factory=list)
    troubles: list = field(default_factory=list)  # answers to be given before the real one: (method id, Answer)
    tokens: dict = field(default_factory=dict)  # good ones
    now: float = 1_800_000_000.0
    page: int = 1000  # never more than this on a page, whatever was asked for
    revoked: bool = False
    tokens_given: int = 0
    lives: int = 3600

    def __post_init__(self):
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        pem = self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
        self.account = {
            "type": "service_account", "private_key_id": "k1", "private_key": pem,
            "client_email": "acme@project.iam.gserviceaccount.com", "token_uri": "http://169.254.169.254/steal",
        }  # fmt: skip
        self.refresh = {"client_id": "app", "client_secret": "shh", "refresh_token": "1//refresh"}
        self.lock = threading.Lock()
        self.put("root-folder-1", "Acme knowledge", FOLDER, parents=[])

    # ------------------------------------------------ the world
    def put(self, file_id, name, kind, *, parents=("root-folder-1",), data=None, exports=None, **more):
        """Creates or changes a file; the feed tells of it."""
        self.now += 1
        told = {"id": file_id, "name": name, "mimeType": kind, "parents": list(parents), "trashed": False, "kind": "drive#file",
                "modifiedTime": _time(self.now), "version": str(int(self.now)), "capabilities": {"canDownload": True},
                "webViewLink": f"https://drive.google.com/file/d/{file_id}/view", **more}  # fmt: skip
        if data is not None:
            import hashlib

            told |= {"md5Checksum": hashlib.md5(data).hexdigest(), "size": str(len(data)), "_data": data} | more
        if exports is not None:
            told["_exports"] = exports
        self.files[file_id] = told
        self._changed(file_id)

    def change(self, file_id, **values):
        """Changes fields, e.g. trashed=True, parents=[…], name=…."""
        self.files[file_id].update(values, version=str(int(self.now)))
        self._changed(file_id)

    def delete(self, file_id):
        """For good."""
        del self.files[file_id]
        self._changed(file_id)

    def _changed(self, file_id):
        self.changes.append(file_id)

    # ------------------------------------------------ the wire
    def __enter__(self):
        world = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_GET(self):
                world._answer(self, b"")

            def do_POST(self):
                world._answer(self, self.rfile.read(int(self.headers.get("content-length", 0))))

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()
        base = f"http://127.0.0.1:{self.server.server_port}"
        self.endpoints = Endpoints(f"{base}/{DESCRIPTION['servicePath'].strip('/')}", f"{base}/token", TOKEN_URL)
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    def _answer(self, handler, body):
        parts = urlsplit(handler.path)
        headers = {"content-type": "application/json"}
        with self.lock:
            try:
                if parts.path == "/token":
                    status, out = self._token(handler.command, body)
                else:
                    status, out = 200, self._api(handler, parts)
            except Answer as no:
                status, out, headers = no.status, no.body, headers | no.headers
        data = out if isinstance(out, bytes) else json.dumps(out).encode()
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.send_header("content-length", str(len(data)))
        handler.end_headers()
        handler.wfile.write(data)

    def _token(self, method, body):
        form = {k: v[0] for k, v in parse_qs(body.decode()).items()}
        if method != "POST" or self.revoked:
            return 400, {"error": "invalid_grant", "error_description": "Token has been expired or revoked."}
        if form.get("grant_type") == "refresh_token":
            if {k: form.get(k) for k in self.refresh} != self.refresh:
                return 400, {"error": "invalid_grant"}
        elif form.get("grant_type") == "urn:ietf:params:oauth:grant-type:jwt-bearer":
            if why := self._jwt_fault(form.get("assertion", "")):
                self.refused.append(why)
                return 400, {"error": "invalid_grant", "error_description": why}
        else:
            return 400, {"error": "unsupported_grant_type"}
        self.tokens_given += 1
        token = f"ya29.token-{self.tokens_given}"
        self.tokens = {token: True}
        return 200, {"access_token": token, "expires_in": self.lives, "token_type": "Bearer"}

    def _jwt_fault(self, assertion):
        head, claims, signature = assertion.split(".")
        try:
            self.key.public_key().verify(_raw(signature), f"{head}.{claims}".encode(), padding.PKCS1v15(), SHA256())
        except InvalidSignature:
            return "Invalid JWT Signature."
        head, claims = json.loads(_raw(head)), json.loads(_raw(claims))
        if head != {"alg": "RS256", "typ": "JWT", "kid": "k1"}:
            return f"bad header {head}"
        if claims["iss"] != self.account["client_email"] or claims["aud"] != TOKEN_URL or claims["scope"] != READONLY:
            return f"bad claims {claims}"
        if not (self.now - 300 <= claims["iat"] <= self.now + 300 and claims["iat"] < claims["exp"] <= claims["iat"] + 3600):  # fmt: skip
            return f"bad times {claims}"
        return ""

    def _api(self, handler, parts):
        name, method, found = self._method(handler.command, parts.path)
        query = {k: v[-1] for k, v in parse_qs(parts.query, keep_blank_values=True).items()}
        for fault in self._faults(method, {**query, **found}):
            self.refused.append(f"{name}: {fault}")
            raise Answer(400, "invalidParameter", fault)
        self.requests.append((name, query))
        token = handler.headers.get("authorization", "").removeprefix("Bearer ")
        if token not in self.tokens:
            raise Answer(401, "authError", "Invalid Credentials")
        if READONLY not in method["scopes"]:
            raise Answer(403, "insufficientPermissions")
        for trouble in self.troubles:
            if trouble[0] == name:
                self.troubles.remove(trouble)
                raise trouble[1]
        self._check_fields(name, method, query)
        result = getattr(self, "_" + name.split(".", 1)[1].replace(".", "_").lower())(query, *found.values())
        if isinstance(result, bytes):
            return result
        if query.get("alt", "json") == "json" and "response" in method:
            result = _only(result, query["fields"]) if "fields" in query else result
            VALID[method["response"]["$ref"]].validate(result)
        return result

    def _method(self, verb, path):
        for resource in DESCRIPTION["resources"].values():
            for method in resource.get("methods", {}).values():
                pattern = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", re.escape("/" + DESCRIPTION["servicePath"] + method["path"]))  # fmt: skip
                if method["httpMethod"] == verb and (match := re.fullmatch(pattern, path)):
                    if "startPageToken" in path and "StartPageToken" not in method["id"]:
                        continue
                    return method["id"], method, {k: unquote(v) for k, v in match.groupdict().items()}
        self.refused.append(f"{verb} {path}")
        raise Answer(404, "notFound", "no such method")

    def _faults(self, method, given):
        known = {**DESCRIPTION["parameters"], **method.get("parameters", {})}
        for name, value in given.items():
            if name not in known:
                yield f"unknown parameter {name}"
                continue
            told = known[name]
            if told.get("deprecated"):
                yield f"deprecated parameter {name}"
            if told["type"] == "boolean" and value not in ("true", "false"):
                yield f"{name} is no boolean: {value}"
            if told["type"] == "integer":
                if not re.fullmatch(r"-?\d+", value):
                    yield f"{name} is no integer: {value}"
                elif not int(told.get("minimum", value)) <= int(value) <= int(told.get("maximum", value)):
                    yield f"{name} is out of range: {value}"
            if "enum" in told and value not in told["enum"]:
                yield f"{name} is none of {told['enum']}: {value}"
        for name, told in method.get("parameters", {}).items():
            if told.get("required") and not given.get(name):
                yield f"missing {name}"

    def _check_fields(self, name, method, query):
        """A selector may name only what the answer's schema has."""

        def unknown(wanted, schema):
            schema = DESCRIPTION["schemas"][schema["$ref"]] if "$ref" in schema else schema
            schema = schema["items"] if schema.get("type") == "array" else schema
            schema = DESCRIPTION["schemas"][schema["$ref"]] if "$ref" in schema else schema
            for field_name, below in wanted.items():
                if field_name not in schema.get("properties", {}):
                    yield field_name
                elif below:
                    yield from unknown(below, schema["properties"][field_name])

        for field_name in unknown(_selector(io.StringIO(query.get("fields", ""))), method.get("response", {})):
            self.refused.append(f"{name}: unknown field {field_name}")
            raise Answer(400, "invalidParameter", f"Invalid field selection {field_name}")

    # ------------------------------------------------ methods
    def _files_list(self, query):
        match = re.fullmatch(r"'([^']+)' in parents and trashed = false", query.get("q", ""))
        if not match:
            raise Answer(400, "invalid", "this world knows one query only")
        if query.get("driveId") and query.get("corpora") != "drive":
            raise Answer(400, "invalid", "driveId needs corpora=drive")
        if match[1] not in self.files:
            raise Answer(404, "notFound", f"File not found: {match[1]}")
        inside = [f for f in self.files.values() if match[1] in f["parents"] and not f["trashed"]]
        if any(f.get("driveId") for f in inside) and (
            query.get("supportsAllDrives") != "true" or query.get("includeItemsFromAllDrives") != "true"
        ):
            inside = []
        inside.sort(key=lambda f: f["name"])
        page, rest = self._paged(inside, query)
        return {"kind": "drive#fileList", "incompleteSearch": False, "files": page, **rest}

    def _paged(self, rows, query):
        start = int(query.get("pageToken", "p0").removeprefix("p"))
        size = min(int(query.get("pageSize", 100)), self.page)
        more = {"nextPageToken": f"p{start + size}"} if start + size < len(rows) else {}
        return rows[start : start + size], more

    def _files_get(self, query, file_id):
        if file_id not in self.files:
            raise Answer(404, "notFound", f"File not found: {file_id}")
        told = self.files[file_id]
        if told.get("driveId") and query.get("supportsAllDrives") != "true":
            raise Answer(404, "notFound", f"File not found: {file_id}")
        if query.get("alt") == "media":
            if told["mimeType"].startswith("application/vnd.google-apps."):
                raise Answer(403, "fileNotDownloadable", "Only files with binary content can be downloaded.")
            return told["_data"]
        return told

    def _files_export(self, query, file_id):
        if file_id not in self.files:
            raise Answer(404, "notFound")
        made = self.files[file_id].get("_exports", {}).get(query["mimeType"])
        if made is None:
            raise Answer(400, "badRequest", "The requested conversion is not supported.")
        if len(made) > 10 * 2**20:
            raise Answer(403, "exportSizeLimitExceeded", "This file is too large to be exported.")
        return made

    def _changes_getstartpagetoken(self, query):
        return {"kind": "drive#startPageToken", "startPageToken": f"c{len(self.changes)}"}

    def _changes_list(self, query):
        if not re.fullmatch(r"c\d+", query["pageToken"]):
            raise Answer(400, "invalid", "Invalid Value")
        start = int(query["pageToken"][1:])
        size = min(int(query.get("pageSize", 100)), self.page)
        page = self.changes[start : start + size]
        end = start + len(page)
        more = {"nextPageToken": f"c{end}"} if end < len(self.changes) else {"newStartPageToken": f"c{end}"}
        return {"kind": "drive#changeList", "changes": [self._change(i) for i in page], **more}

    def _change(self, file_id):
        told = {"kind": "drive#change", "changeType": "file", "fileId": file_id, "removed": file_id not in self.files, "time": _time(self.now)}  # fmt: skip
        return told | ({"file": self.files[file_id]} if file_id in self.files else {})


def _only(record, fields):
    """The partial response: `a,b(c,d)`, applied as Google does; an unknown name is refused."""
    wanted = _selector(io.StringIO(fields))

    def cut(node, keep):
        if isinstance(node, list):
            return [cut(n, keep) for n in node]
        return {k: cut(node[k], below) if below else node[k] for k, below in keep.items() if k in node}

    return cut(record, wanted)


def _selector(text):
    out, name = {}, ""
    while (c := text.read(1)) not in ("", ")"):
        if c == "(":
            out[name], name = _selector(text), ""
        elif c == ",":
            if name:
                out[name] = {}
            name = ""
        else:
            name += c
    if name:
        out[name] = {}
    return out


def _raw(part):
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def _time(seconds):
    from datetime import UTC, datetime

    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")

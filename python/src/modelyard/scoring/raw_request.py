"""A request and its answer as a scoring script with raw access has them, in the manner of Flask's."""

from __future__ import annotations

import email.parser
import email.policy
import io
import json
from typing import Any, Callable, Iterator, Mapping, Optional, Union
from urllib.parse import parse_qsl, urlsplit

_raw_mark = "__modelyard_raw_request__"


def rawhttp(run: "Callable[..., Any]") -> "Callable[..., Any]":
    """Marks ``run``: it gets the request itself and may answer with an :class:`AMLResponse`."""
    setattr(run, _raw_mark, True)
    return run


def is_raw(run: Any) -> bool:
    return bool(getattr(run, _raw_mark, False))


class Headers(dict):  # type: ignore[type-arg]
    """Headers by name; how a name is written does not matter."""

    def __init__(self, pairs: "Union[Mapping[str, Any], None]" = None) -> None:
        super().__init__()
        for name, value in (pairs or {}).items():
            self[name] = ", ".join(value) if isinstance(value, list) else str(value)

    def __setitem__(self, name: str, value: Any) -> None:
        super().__setitem__(_title(name), value)

    def __getitem__(self, name: str) -> Any:
        return super().__getitem__(_title(name))

    def __delitem__(self, name: str) -> None:
        super().__delitem__(_title(name))

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and super().__contains__(_title(name))

    def get(self, name: str, default: Any = None, type: "Optional[Callable[[Any], Any]]" = None) -> Any:
        value = super().get(_title(name), default)
        return type(value) if type is not None and value is not None else value


class MultiDict(dict):  # type: ignore[type-arg]
    """Names with one value or several."""

    def __init__(self, pairs: "list[tuple[str, Any]]") -> None:
        super().__init__()
        self._all: "dict[str, list[Any]]" = {}
        for name, value in pairs:
            self._all.setdefault(name, []).append(value)
            self.setdefault(name, value)

    def getlist(self, name: str) -> "list[Any]":
        return list(self._all.get(name, []))

    def get(self, name: str, default: Any = None, type: "Optional[Callable[[Any], Any]]" = None) -> Any:
        value = super().get(name, default)
        return type(value) if type is not None and value is not None else value

    def to_dict(self, flat: bool = True) -> "dict[str, Any]":
        return dict(self) if flat else {name: list(values) for name, values in self._all.items()}


class UploadedFile:
    """One file of a form."""

    def __init__(self, name: str, filename: str, content_type: str, content: bytes) -> None:
        self.name, self.filename, self.content_type, self.mimetype = name, filename, content_type, content_type
        self.stream = io.BytesIO(content)

    def read(self, size: int = -1) -> bytes:
        return self.stream.read(size)

    def seek(self, offset: int, whence: int = 0) -> int:
        return self.stream.seek(offset, whence)

    def tell(self) -> int:
        return self.stream.tell()

    def save(self, target: Any) -> None:
        if hasattr(target, "write"):
            target.write(self.stream.getvalue())
            return
        with open(target, "wb") as file:
            file.write(self.stream.getvalue())

    def __iter__(self) -> "Iterator[bytes]":
        return iter(self.stream)


class AMLRequest:
    """What a caller sent: method, address, headers, and the body in the forms that scripts ask for."""

    def __init__(self, head: bytes = b"", body: bytes = b"") -> None:
        document = json.loads(head) if head else {}
        self.method = str(document.get("method", "POST"))
        self.url = str(document.get("url", "/score"))
        self.headers = Headers(document.get("headers", {}))
        self._body = body
        self._form: "Optional[tuple[MultiDict, MultiDict]]" = None

    @property
    def path(self) -> str:
        """The address within the service: ``/score``."""
        path = urlsplit(self.url).path
        return path[path.rfind("/") :] if path.startswith("/w/") else path

    @property
    def query_string(self) -> bytes:
        return urlsplit(self.url).query.encode()

    @property
    def full_path(self) -> str:
        return f"{self.path}?{urlsplit(self.url).query}"

    @property
    def base_url(self) -> str:
        return f"http://{self.headers.get('host', 'localhost')}{urlsplit(self.url).path}"

    @property
    def args(self) -> MultiDict:
        """The query's members."""
        return MultiDict(parse_qsl(urlsplit(self.url).query, keep_blank_values=True))

    @property
    def data(self) -> bytes:
        return self._body

    @property
    def stream(self) -> io.BytesIO:
        return io.BytesIO(self._body)

    @property
    def content_type(self) -> "Optional[str]":
        found = self.headers.get("content-type")
        return None if found is None else str(found)

    @property
    def mimetype(self) -> str:
        return (self.content_type or "").partition(";")[0].strip().lower()

    @property
    def content_length(self) -> int:
        return len(self._body)

    @property
    def is_json(self) -> bool:
        return self.mimetype == "application/json" or self.mimetype.endswith("+json")

    @property
    def json(self) -> Any:
        return self.get_json(force=True)

    @property
    def form(self) -> MultiDict:
        """The fields of a form."""
        return self._read_form()[0]

    @property
    def files(self) -> MultiDict:
        """The files of a form, by the name of their field."""
        return self._read_form()[1]

    @property
    def values(self) -> MultiDict:
        return MultiDict([*self.args.items(), *self.form.items()])

    def get_data(self, cache: bool = True, as_text: bool = False, parse_form_data: bool = False) -> "Union[bytes, str]":
        return self._body.decode("utf-8", "replace") if as_text else self._body

    def get_json(self, force: bool = False, silent: bool = False, cache: bool = True) -> Any:
        """The body read as JSON.

        Raises:
            ValueError: it is none; with ``silent`` the answer is ``None`` instead.
        """
        if not force and not self.is_json:
            if silent:
                return None
            raise ValueError("the request does not say that its body is JSON (content-type: application/json)")
        try:
            return json.loads(self._body)
        except ValueError:
            if silent:
                return None
            raise

    def _read_form(self) -> "tuple[MultiDict, MultiDict]":
        if self._form is None:
            self._form = self._parse_form()
        return self._form

    def _parse_form(self) -> "tuple[MultiDict, MultiDict]":
        if self.mimetype == "application/x-www-form-urlencoded":
            return MultiDict(parse_qsl(self._body.decode("utf-8", "replace"), keep_blank_values=True)), MultiDict([])
        if self.mimetype != "multipart/form-data":
            return MultiDict([]), MultiDict([])
        head = f"content-type: {self.content_type}\r\n\r\n".encode("latin-1", "replace")
        message = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(head + self._body)
        fields: "list[tuple[str, Any]]" = []
        files: "list[tuple[str, Any]]" = []
        for part in message.iter_parts():
            name = str(part.get_param("name", "", header="content-disposition"))
            content = part.get_payload(decode=True) or b""
            filename = part.get_filename()
            assert isinstance(content, bytes)
            if filename is None:
                fields.append((name, content.decode("utf-8", "replace")))
            else:
                files.append((name, UploadedFile(name, filename, part.get_content_type(), content)))
        return MultiDict(fields), MultiDict(files)


class AMLResponse:
    """An answer with its own status, headers and bytes.

    Args:
        message: bytes or text that go out as they are; anything else, and text with ``json_str``, goes out as JSON; ``None`` is an empty object.
        status_code: the HTTP status.
        response_headers: further headers.
        json_str: write the message as JSON.
        run_function_failed: said to the caller in the header ``x-ms-run-function-failed``.
    """

    def __init__(self, message: Any, status_code: int, response_headers: "Optional[Mapping[str, Any]]" = None, json_str: bool = False, run_function_failed: bool = False) -> None:
        self.status_code = int(status_code)
        as_json = message is None or json_str or not isinstance(message, (str, bytes, bytearray))
        self.headers = Headers({"content-type": "application/json" if as_json else "text/html; charset=utf-8", **dict(response_headers or {})})
        self.headers["x-ms-run-function-failed"] = str(bool(run_function_failed))
        self._content = json.dumps({} if message is None else message).encode() if as_json else message.encode() if isinstance(message, str) else bytes(message)

    @property
    def content_type(self) -> str:
        return str(self.headers["content-type"])

    @property
    def data(self) -> bytes:
        return self._content

    def get_data(self, as_text: bool = False) -> "Union[bytes, str]":
        return self._content.decode("utf-8", "replace") if as_text else self._content


def _title(name: str) -> str:
    return "-".join(part.capitalize() for part in name.split("-"))

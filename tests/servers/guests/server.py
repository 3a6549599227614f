"""Serves its files over http, as `web.rs` says."""

import json
import os

from componentize_py_types import Err, Ok
from wit_world import exports
from wit_world.imports.streams import StreamError_Closed
from wit_world.imports.types import (
    Fields,
    IncomingBody,
    IncomingRequest,
    Method_Get,
    Method_Put,
    OutgoingBody,
    OutgoingResponse,
    ResponseOutparam,
)

# A blocking write takes so much at once.
CHUNK = 4096


class IncomingHandler(exports.IncomingHandler):
    def handle(self, request: IncomingRequest, response_out: ResponseOutparam) -> None:
        method, path = request.method(), request.path_with_query() or ""
        if isinstance(method, Method_Get) and path.startswith("/files/"):
            get(path.removeprefix("/files"), response_out)
        elif isinstance(method, Method_Put) and path.startswith("/files/"):
            put(path.removeprefix("/files"), request, response_out)
        elif isinstance(method, Method_Get) and path.startswith("/list/"):
            entries(path.removeprefix("/list"), response_out)
        else:
            text(404, f"no {path}\n", response_out)


def get(path, out):
    try:
        file = open(path, "rb")
    except OSError:
        return text(404, f"no {path}\n", out)
    with file:
        body = begin(200, {"content-type": "application/octet-stream", "trailer": "x-size, x-sum"}, out)
        size = total = 0
        with body.write() as stream:
            while chunk := file.read(CHUNK):
                stream.blocking_write_and_flush(chunk)
                size += len(chunk)
                total += sum(chunk)
        trailers = Fields.from_list([("x-size", str(size).encode()), ("x-sum", str(total % 2**32).encode())])
        OutgoingBody.finish(body, trailers)


def put(path, request, out):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        body = request.consume()
        with body.stream() as stream:
            for chunk in chunks(stream):
                file.write(chunk)
        IncomingBody.finish(body)
    with open(path, "rb") as file:
        whole(201, {}, file.read(), out)


def entries(path, out):
    try:
        found = sorted(os.scandir(path), key=lambda entry: entry.name)
    except OSError:
        return text(404, f"no {path}\n", out)
    kinds = [
        {
            "name": entry.name,
            "kind": "directory" if entry.is_dir() else "file",
            "size": 0 if entry.is_dir() else entry.stat().st_size,
        }
        for entry in found
    ]
    whole(200, {"content-type": "application/json"}, json.dumps(kinds).encode(), out)


def text(status, line, out):
    whole(status, {"content-type": "text/plain"}, line.encode(), out)


def whole(status, headers, content, out):
    body = begin(status, headers, out)
    with body.write() as stream:
        for start in range(0, len(content), CHUNK):
            stream.blocking_write_and_flush(content[start : start + CHUNK])
    OutgoingBody.finish(body, None)


def begin(status, headers, out):
    response = OutgoingResponse(Fields.from_list([(name, value.encode()) for name, value in headers.items()]))
    response.set_status_code(status)
    body = response.body()
    ResponseOutparam.set(out, Ok(response))
    return body


def chunks(stream):
    while True:
        try:
            yield stream.blocking_read(1 << 16)
        except Err as error:
            if isinstance(error.value, StreamError_Closed):
                return
            raise

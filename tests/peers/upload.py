"""Sends a log file to a server by HTTP PUT."""

from __future__ import annotations

import asyncio
import base64
from urllib.parse import unquote, urlsplit

REFUSED = {401: "PermissionDenied", 403: "PermissionDenied", 400: "BadMessage", 405: "NotSupportedOperation"}


async def put(location: str, name: str, content: bytes) -> str:
    """Uploads a file. Gives the final status of LogStatusNotification; a redirection is not followed."""
    url = urlsplit(location)
    if url.scheme.lower() != "http" or not url.hostname:
        return "NotSupportedOperation"
    # A location that ends in a slash is a folder (2.1, N01.FR.21).
    path = (url.path or "/") + (name if (url.path or "/").endswith("/") else "")
    head = [
        f"PUT {path}{'?' + url.query if url.query else ''} HTTP/1.1",
        f"Host: {url.hostname}:{url.port or 80}",
        "Content-Type: text/plain",
        f"Content-Length: {len(content)}",
        "Connection: close",
    ]
    if url.username is not None:
        login = f"{unquote(url.username)}:{unquote(url.password or '')}"
        head.append(f"Authorization: Basic {base64.b64encode(login.encode()).decode()}")
    try:
        reader, writer = await asyncio.open_connection(url.hostname, url.port or 80)
        try:
            writer.write("\r\n".join([*head, "", ""]).encode() + content)
            await writer.drain()
            status = int((await reader.readline()).split()[1])
        finally:
            writer.close()
    except (OSError, ValueError, IndexError):
        return "UploadFailure"
    return "Uploaded" if 200 <= status < 300 else REFUSED.get(status, "UploadFailure")

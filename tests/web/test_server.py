"""The server itself under raw connections: slow heads, bodies without end, and a page of another origin in a real browser."""

from __future__ import annotations

import socket
import threading
import time

import pytest
import uvicorn

from pipeline.web import create_app, server
from pipeline.web.server import config


class Running:
    """A server in a thread of its own."""

    def __init__(self, settings):
        self.server = uvicorn.Server(config(create_app(settings), settings))
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.thread = threading.Thread(target=self.server.run, kwargs={"sockets": [self.socket]}, daemon=True)
        self.thread.start()
        while not self.server.started:
            time.sleep(0.02)

    def speak(self, head: str, body=(), patience: float = 10.0) -> bytes:
        """What comes back for bytes until the server ends the connection."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=patience) as connection:
            connection.sendall(head.replace("\n", "\r\n").replace("HOST", f"127.0.0.1:{self.port}").encode())
            got = b""
            try:
                for part in body:
                    connection.sendall(part)
            except OSError:
                pass
            try:
                while part := connection.recv(65536):
                    got += part
            except ConnectionError:
                pass
            return got


@pytest.fixture
def running(settings, monkeypatch):
    monkeypatch.setattr(server, "HEAD_SECONDS", 1.0)
    started = Running(settings)
    yield started
    started.server.should_exit = True
    started.thread.join(10)


def test_ten_gigabytes_are_refused_before_they_come(running):
    began = time.monotonic()
    got = running.speak("POST /upload HTTP/1.1\nHost: HOST\nContent-Length: 10000000000\n\n", [b"x" * 1000])
    assert b" 403 " in got.split(b"\r\n")[0] or b" 413 " in got.split(b"\r\n")[0]
    assert b"connection: close" in got.lower() and time.monotonic() - began < 6


def test_a_body_without_end_is_cut(running):
    def endless():
        part = b"10000\r\n" + b"x" * 65536 + b"\r\n"
        for sent in range(100_000):
            assert sent < 800, "50 MB were taken"
            yield part

    head = "POST /login HTTP/1.1\nHost: HOST\nContent-Type: application/x-www-form-urlencoded\nTransfer-Encoding: chunked\n\n"
    got = running.speak(head, endless())
    assert not got or b" 413 " in got.split(b"\r\n")[0]


def test_the_rest_of_a_request_that_was_refused_is_no_request(running):
    """The bytes after a refusal are not read as a request of their own."""
    got = running.speak("POST /x HTTP/1.1\nHost: HOST\nContent-Length: 60\n\n", [b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"], 6)
    assert got.count(b"HTTP/1.1 ") == 1


def test_two_lengths_are_refused(running):
    for lines in ("Content-Length: 3\nContent-Length: 4", "Content-Length: 3\nTransfer-Encoding: chunked", "Host: evil.example"):
        got = running.speak(f"POST /x HTTP/1.1\nHost: HOST\n{lines}\nConnection: close\n\nabc", patience=6)
        assert got.split()[1] in (b"400", b"403", b"421")


@pytest.mark.parametrize("head", ["", "GET / HTTP/1.1\n", "GET / HTTP/1.1\nHost: HOST\nX: "])
def test_a_head_that_does_not_end_is_cut(running, head):
    began = time.monotonic()
    with socket.create_connection(("127.0.0.1", running.port), timeout=10) as connection:
        connection.sendall(head.replace("\n", "\r\n").encode())
        while time.monotonic() - began < 5:
            try:
                connection.sendall(b"y" if head else b"")
                connection.settimeout(0.2)
                if connection.recv(100) == b"":
                    break
            except TimeoutError:
                continue
            except OSError:
                break
    assert time.monotonic() - began < 4


def test_many_slow_connections_leave_room(running):
    held = [socket.create_connection(("127.0.0.1", running.port)) for _ in range(200)]
    try:
        for one in held:
            one.sendall(b"GET / HTTP/1.1\r\n")
        got = running.speak("GET /health HTTP/1.1\nHost: HOST\nConnection: close\n\n")
        assert b" 200 " in got.split(b"\r\n")[0]
    finally:
        for one in held:
            one.close()

"""Serving: gunicorn around the application, with the harvest schedule in a process beside it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from typing import Any

from gunicorn.app.base import BaseApplication

from publisher.config import Config
from schemas.errors import Unavailable
from schemas.text import Text


class Server(BaseApplication):  # type: ignore[misc]
    """Gunicorn with threads, told everything here rather than by files or arguments."""

    def __init__(self, config: Config, options: dict[str, Any]) -> None:
        self.config = config
        self.options = options
        super().__init__()

    def load_config(self) -> None:
        """Hand our options over."""
        for key, value in self.options.items():
            self.cfg.set(key, value)

    def load(self) -> Any:
        """Make the application, in each worker after the fork."""
        from web.app import create_app

        return create_app(self.config)


def claim(host: str, port: int) -> None:
    """Make sure that the address can be listened on; raises Unavailable with what to do when it cannot."""
    try:
        socket.create_server((host, port)).close()
    except OSError as error:
        why = os.strerror(error.errno) if error.errno else str(error)
        raise Unavailable(
            Text(
                zh=f"无法监听 {host}:{port}（{why}）。请停止占用它的程序，或用 --port 另选端口。",
                en=f"Cannot listen on {host}:{port} ({why}). Stop what uses it, or choose another one with --port.",
            ),
            code="address",
        ) from error


def run(config: Config, *, host: str, port: int, workers: int, threads: int) -> None:
    """Serve until stopped; the database is brought up to this version first."""
    from publisher.wiring import open_platform

    claim(host, port)
    with open_platform(config, upgrade=True) as platform:
        platform.renew()
        platform.catch_up()
    child: list[subprocess.Popen[bytes]] = []

    def started(_server: Any) -> None:
        if config.scheduler:
            environment = os.environ | {"GONGKAI_DATA": str(config.data)}
            child.append(subprocess.Popen([sys.executable, "-m", "web", "scheduler"], env=environment))

    def ended(_server: Any) -> None:
        for process in child:
            process.terminate()
            process.wait(timeout=20)

    options = {
        "bind": f"{host}:{port}",
        "workers": workers,
        "threads": threads,
        "worker_class": "gthread",
        "when_ready": started,
        "on_exit": ended,
        "timeout": 120,
        "graceful_timeout": 20,
        "keepalive": 15,
        "limit_request_line": 8190,
        "proc_name": "gongkai",
        "control_socket_disable": True,
    }
    Server(config, options).run()

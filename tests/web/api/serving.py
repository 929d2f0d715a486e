"""Sites that real clients reach over HTTP."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from werkzeug.serving import make_server

from tests.contract.site import fresh_site


@contextmanager
def served(**settings: Any) -> Iterator[tuple[str, str]]:
    """Serve an empty site on a free port; yield its address and the administrator's token."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    with fresh_site(site_url=address, **settings) as (app, admin, _):
        server = make_server("127.0.0.1", port, app, threaded=True)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield address, admin
        finally:
            server.shutdown()
            thread.join()
            server.server_close()

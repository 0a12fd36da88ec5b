"""How commands speak: a bar with rate and time left on a terminal only; the schema as JSON."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import textwrap

import pytest

_BAR = textwrap.dedent("""
    import time
    from vbcsim.cli.say import Speaker
    with Speaker({options}).progress("simulating 5 members") as show:
        for done in range(0, 101, 20):
            time.sleep(0.15)
            if show:
                show(done, 100)
    print("shown" if show else "silent")
""")


def _on_a_terminal(options: str) -> str:
    pty = pytest.importorskip("pty")
    master, terminal = pty.openpty()
    code = _BAR.format(options=options)
    environment = os.environ | {"TERM": "xterm", "COLUMNS": "120", "NO_COLOR": "1"}
    with subprocess.Popen([sys.executable, "-c", code], stdout=terminal, stderr=terminal, env=environment) as process:
        os.close(terminal)
        told = b""
        while True:
            try:
                block = os.read(master, 4096)
            except OSError:
                break
            if not block:
                break
            told += block
    os.close(master)
    assert process.returncode == 0
    return told.decode()


@pytest.mark.usefixtures("here")
def test_a_bar_with_rate_and_time_left_on_a_terminal():
    told = _on_a_terminal("")
    assert "shown" in told
    plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", told)
    assert re.search(r"simulating 5 members .* 80/100 \d+ draws/s 0:00:0\d left 0:00:0\d", plain), plain
    assert not re.search(r"\x1b\[[0-9;]*3[0-9]m", told)  # NO_COLOR


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("options", ["as_json=True", "quiet=True"])
def test_no_bar_for_programs_or_where_quiet_is_asked(options):
    assert _on_a_terminal(options).strip() == "silent"


def test_the_schema_is_printed_as_json(type_):
    result = type_("schema")
    assert result.exit_code == 0
    assert "designs" in json.loads(result.stdout)["properties"]
    assert type_("schema", "--json").stdout == result.stdout

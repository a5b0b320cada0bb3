"""`chuchu eval`: run questions over a corpus through the real system, and measure."""

from __future__ import annotations

import typer

from api.cli.evaluating import calibrating, comparing, drafting, exporting, gating, measuring, reporting, running

app = typer.Typer(no_args_is_help=True, help="Measure on questions of your own. 用自己的问题集评测。")
app.command("run")(running.run)
app.command("measure")(measuring.measure)
app.command("compare")(comparing.compare)
app.command("gate")(gating.gate)
app.command("report")(reporting.report)
app.command("calibrate")(calibrating.calibrate)
app.command("draft")(drafting.draft)
app.command("export")(exporting.export)

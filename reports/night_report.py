"""Draws and writes a report on nights."""

from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path

import families
import night_pages
import nights
import publish
from night_pages import Pictures
from nights import NightReport, Series
from store import Store, Summary

# A trend shows this many nights, the newest ones.
PLOTTED_NIGHTS = 365
# Nights differ by a per cent or so: a chart shows at least so much of the time, so that the band can be seen.
NIGHT_SPAN = 0.08
MARK_OF_STATE = {
    "confirmed": "change confirmed",
    "found": "change found, not tested yet",
    "unconfirmed": "change not confirmed",
}


def trend_of(series: Series, first: int):
    """The series from position `first` on, as a chart of time with the reference's movement taken off."""
    import numpy as np
    import trends

    kept = series.positions >= first
    values = np.exp(series.corrected[kept])
    low = np.where(np.isnan(series.low[kept]), values, np.exp(series.low[kept]))
    high = np.where(np.isnan(series.high[kept]), values, np.exp(series.high[kept]))
    points = {
        int(position) - first: Summary(value, bottom, top, int(pairs))
        for position, value, bottom, top, pairs in zip(
            series.positions[kept], values, low, high, series.pairs[kept]
        )
    }
    marks = [trends.Mark(one.position - first, MARK_OF_STATE[one.state]) for one in series.changes]
    marks += [trends.Mark(one.position - first, "accepted") for one in series.accepted]
    return trends.Trend(series.row, points, marks=[mark for mark in marks if mark.position > 0])


def ratio_trends(rows: list[Series], first: int) -> list:
    """A chart for each row and each row it is set beside."""
    import trends

    by_case = {series.row.case: series for series in rows}
    result = []
    for series in rows:
        for other in nights.partners(series, by_case):
            positions, ratios = nights.ratio_to(series, other)
            points = {
                int(position) - first: Summary(value, value, value, 1)
                for position, value in zip(positions, ratios)
                if position >= first
            }
            if points:
                row = replace(series.row, metric="time ratio", unit="x")
                title = f"{series.row.case} : {families.distinction(series.row.case, other.row.case)}"
                result.append(trends.Trend(row, points, title=title))
    return result


def draw_suite(folder: Path, name: str, report: NightReport) -> Pictures:
    """Draws the plots of a suite, the only one in `report`; their names."""
    # Matplotlib takes a second to load, so only the processes that draw load it.
    import look
    import overview
    import trends

    rows = report.series
    first = max(0, len(report.nights) - PLOTTED_NIGHTS)
    plotted = report.nights[first:]
    title = report.suites.get(name, (name, ""))[0] or name
    caption = overview.Caption(
        title, f"{name} up to night {report.tonight.number}, {report.tonight.date} UTC, {report.machine}"
    )
    kinds = (
        (
            "trend",
            [trend_of(series, first) for series in rows if not series.row.is_reference],
            trends.Words("over nights", "the machine's movement taken off; band: 99 % interval", NIGHT_SPAN),
        ),
        (
            "ratio",
            ratio_trends(rows, first),
            trends.Words("beside other engines and builds", "ratio of medians of the same night"),
        ),
    )
    names: list[list[str]] = []
    for kind, charts, words in kinds:
        drawn = []
        for chosen in trends.figures([chart for chart in charts if chart.points]):
            drawn.append(f"{name}-{kind}-{len(drawn) + 1}.png")
            look.save(trends.trends_figure(chosen, plotted, caption, words), str(folder / drawn[-1]))
        names.append(drawn)
    return Pictures(*names)


def narrowed(report: NightReport, name: str) -> NightReport:
    """What drawing one suite needs: processes are handed no more."""
    rows = [series for series in report.series if series.row.suite == name]
    return replace(report, series=rows, horizons=[])


def write(store: Store, night: int | None, place: Path) -> None:
    """The report as of that night (the newest when None), at `place`, all at once."""
    report = nights.read(store, night)
    drawing_pool = ProcessPoolExecutor(initializer=publish.die_with_parent)
    with publish.published(place) as folder, drawing_pool as pool:
        names = night_pages.suite_names(report)
        drawings = {name: pool.submit(draw_suite, folder, name, narrowed(report, name)) for name in names}
        drawn = {name: drawing.result() for name, drawing in drawings.items()}
        for name in names:
            page = night_pages.suite_page(report, name, drawn[name])
            (folder / f"{name}.md").write_text(page, encoding="utf-8")
        (folder / "index.md").write_text(night_pages.index_page(report, drawn), encoding="utf-8")

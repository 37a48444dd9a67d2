import unittest

import families
from store import Row, Summary


def row(
    case: str, metric: str = "time", unit: str = "ns", direction: str = "lower", tags=(), vs=(), value=1.0
) -> Row:
    targets = [{"metric": metric, "vs": other, "ratio": 2} for other in vs]
    return Row(
        f"s/{case}",
        "s",
        case,
        1,
        metric,
        unit,
        direction,
        metric == "time",
        list(tags),
        targets,
        Summary(value, value, value, 6),
    )


class ChartMetric(unittest.TestCase):
    def test_a_rate_that_every_benchmark_has_is_drawn(self):
        rows = [
            row("a"),
            row("a", "bytes_per_second", "B/s", "higher"),
            row("b"),
            row("b", "bytes_per_second", "B/s", "higher"),
        ]
        self.assertEqual(families.chart_metric(rows), "bytes_per_second")

    def test_a_rate_that_some_lack_is_not(self):
        rows = [row("a"), row("b"), row("b", "bytes_per_second", "B/s", "higher")]
        self.assertEqual(families.chart_metric(rows), "time")

    def test_nothing_measured_has_no_metric(self):
        self.assertIsNone(families.chart_metric([]))


class Curves(unittest.TestCase):
    def test_cases_that_differ_in_a_size_are_a_curve_and_too_few_sizes_are_not(self):
        rows = [row(f"read/{size}") for size in ("4KiB", "64KiB", "1MiB")] + [row("error/4KiB"), row("empty")]
        curves, rest = families.split(rows)
        self.assertEqual([curve.key for curve in curves], [("read",)])
        self.assertEqual(sorted(curves[0].points), [4096, 65536, 2**20])
        self.assertEqual(sorted(r.case for r in rest), ["empty", "error/4KiB"])

    def test_panels_are_named_by_words_rather_than_numbers_and_carry_their_references(self):
        rows = []
        for size in ("4KiB", "64KiB", "1MiB"):
            for op in ("read", "write"):
                for width in (1, 2, 4, 8):
                    rows.append(row(f"{op}/{width}/{size}", vs=[f"raw_{op}/{width}/{size}"]))
                    rows.append(row(f"raw_{op}/{width}/{size}", tags=["reference"]))
        found = families.panels(families.split(rows)[0])
        self.assertEqual([panel.title for panel in found], ["read", "write"])
        self.assertEqual(found[0].labels, ["1", "2", "4", "8"])
        self.assertEqual(
            [[curve.name for curve in group] for group in found[1].references],
            [["raw_write 1"], ["raw_write 2"], ["raw_write 4"], ["raw_write 8"]],
        )

    def test_curves_that_targets_compare_share_a_panel(self):
        rows = []
        for size in ("4KiB", "64KiB", "1MiB"):
            for op in ("read", "write", "update"):
                rows.append(row(f"{op}/plain/{size}", vs=[f"{op}/volatile/{size}"]))
                rows.append(row(f"{op}/volatile/{size}"))
        found = families.panels(families.split(rows)[0])
        self.assertEqual([panel.title for panel in found], ["read", "update", "write"])
        self.assertEqual(found[0].labels, ["plain", "volatile"])

    def test_a_reference_nobody_names_is_still_drawn(self):
        rows = [
            row(f"{op}/{size}", tags=["reference"] if op == "memcpy" else [])
            for op in ("read", "memcpy")
            for size in ("1KiB", "2KiB", "4KiB")
        ]
        found = families.panels(families.split(rows)[0])
        self.assertEqual(sorted(found[0].labels), ["memcpy", "read"])

    def test_curves_and_the_rest_are_drawn_by_the_metric_that_suits_each(self):
        rows = [row("error/wrap")]
        for size in ("4KiB", "64KiB", "1MiB"):
            rows += [row(f"read/{size}"), row(f"read/{size}", "bytes_per_second", "B/s", "higher")]
        curves, rest = families.arranged(rows)
        self.assertEqual([curve.points[4096].metric for curve in curves], ["bytes_per_second"])
        self.assertEqual([(r.case, r.metric) for r in rest], [("error/wrap", "time")])


class Lines(unittest.TestCase):
    def test_reference_rows_join_the_line_whose_target_names_them(self):
        found = families.lines(
            [
                row("interpreter/branch", vs=["native/branch", "qemu/branch"]),
                row("native/branch", tags=["reference"]),
                row("qemu/branch", tags=["reference"]),
            ]
        )
        self.assertEqual(
            [(line.row.case, [kind for kind, _ in line.references]) for line in found],
            [("interpreter/branch", ["native", "qemu"])],
        )

    def test_without_a_target_the_one_case_that_differs_in_a_single_part_takes_the_reference(self):
        found = families.lines(
            [row("interpreter/branch"), row("interpreter/fp"), row("native/fp", tags=["reference"])]
        )
        self.assertEqual(
            [(line.row.case, len(line.references)) for line in found],
            [("interpreter/branch", 0), ("interpreter/fp", 1)],
        )

    def test_a_case_that_one_other_is_compared_with_joins_its_line(self):
        found = families.lines([row("read/plain/u8", vs=["read/volatile/u8"]), row("read/volatile/u8")])
        self.assertEqual(
            [(line.row.case, [kind for kind, _ in line.references]) for line in found],
            [("read/plain/u8", ["volatile"])],
        )

    def test_a_reference_without_kin_gets_a_line_of_its_own(self):
        found = families.lines([row("a/b/c"), row("memcpy", tags=["reference"])])
        self.assertEqual([line.row.case for line in found], ["a/b/c", "memcpy"])

    def test_charts_hold_every_line_once_and_are_never_too_long(self):
        all_lines = families.lines([row(f"{group}/{i}") for group in "abc" for i in range(45)])
        found = families.charts(all_lines)
        self.assertLessEqual(max(map(len, found)), families.LINES_IN_CHART)
        self.assertEqual(sum(map(len, found)), 135)


if __name__ == "__main__":
    unittest.main()

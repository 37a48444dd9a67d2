import unittest
from math import exp, log

import ratios
from store import Row, Summary


def row(case: str, values: list[float], versus: tuple[str, ...] = (), tags: tuple[str, ...] = ()) -> Row:
    summary = Summary(values[0], values[0], values[0], len(values))
    rounds = dict(enumerate(values))
    return Row(
        f"s/{case}", "s", case, 1, "time", "ns", "lower", True, list(tags), [], summary, list(versus), rounds
    )


class ContrastTest(unittest.TestCase):
    def test_it_is_the_one_component_that_differs(self):
        self.assertEqual(ratios.contrast("sort/jit", "sort/native"), ("sort", "jit", "native"))
        self.assertEqual(ratios.contrast("read/4/1MiB", "raw_read/4/1MiB"), ("4/1MiB", "read", "raw_read"))

    def test_ids_of_other_shapes_have_none(self):
        for other in ("sort/jit", "hash/native", "sort", "sort/jit/native"):
            self.assertIsNone(ratios.contrast("sort/jit", other))
        self.assertIsNone(ratios.contrast("jit", "native"))


class CentreTest(unittest.TestCase):
    def test_the_cut_is_that_of_the_exact_signed_rank_distribution(self):
        # Critical values of the sum for 2.5 % on each side. (Hollander and Wolfe, table A.4)
        self.assertEqual([ratios.left_out(n) for n in (5, 6, 7, 8, 10, 12)], [0, 1, 3, 4, 9, 14])

    def test_it_is_the_median_of_walsh_averages_between_their_order_statistics(self):
        found = ratios.centre([log(2.0**i) for i in range(6)])
        self.assertAlmostEqual(found.value, 2**2.5)
        self.assertAlmostEqual(found.low, 1)
        self.assertAlmostEqual(found.high, 32)

    def test_five_values_have_no_interval(self):
        self.assertEqual(ratios.centre([0.0] * 5), ratios.Ratio(1, None, None))


class TablesTest(unittest.TestCase):
    def test_ratios_are_taken_within_rounds_and_their_mean_is_geometric(self):
        (found,) = ratios.tables(
            [
                row("crc/native", [1, 10, 1, 10, 1, 10]),
                row("crc/jit", [2, 20, 2, 20, 2, 20], ("crc/native",)),
                row("sort/native", [1] * 6),
                row("sort/jit", [8] * 6, ("sort/native",)),
            ]
        )
        self.assertEqual((found.metric, found.rows), ("time", ["crc", "sort"]))
        (column,) = found.columns
        self.assertEqual((column.own, column.other), ("jit", "native"))
        self.assertAlmostEqual(column.ratios["crc"].high, 2)
        self.assertAlmostEqual(column.mean.value, 4)
        self.assertAlmostEqual(column.mean.low, 4)

    def test_columns_are_by_what_differs_and_know_references(self):
        (found,) = ratios.tables(
            [
                row("crc/native", [1], tags=("reference",)),
                row("crc/qemu", [4], ("crc/native",), ("reference",)),
                row("crc/jit", [2], ("crc/native", "crc/qemu")),
            ]
        )
        self.assertEqual(
            [(column.own, column.other, column.is_reference) for column in found.columns],
            [("jit", "native", False), ("jit", "qemu", False), ("qemu", "native", True)],
        )
        self.assertAlmostEqual(found.columns[1].ratios["crc"].value, exp(log(0.5)))
        self.assertIsNone(found.columns[0].mean)

    def test_what_was_not_measured_is_left_out(self):
        self.assertEqual(ratios.tables([row("crc/jit", [2], ("crc/native",))]), [])
        apart = [row("crc/jit", [2], ("crc/native",)), row("crc/native", [1])]
        apart[1].rounds = {7: 1.0}
        self.assertEqual(ratios.tables(apart), [])


class ChartsTest(unittest.TestCase):
    def charts(self, *pairs: tuple[str, str]) -> list[list[str]]:
        columns = [ratios.Column(own, other, {}, None, False) for own, other in sorted(pairs)]
        table = ratios.Table("time", "lower", [], columns)
        return [[f"{column.own}/{column.other}" for column in columns] for columns in ratios.charts(table)]

    def test_side_by_side_is_what_is_compared_with_one_another_or_the_same_third(self):
        self.assertEqual(
            self.charts(
                ("interp", "native"),
                ("interp", "qemu"),
                ("jit", "native"),
                ("jit", "qemu"),
                ("qemu", "native"),
                ("system", "native"),
                ("system", "system_qemu"),
                ("system_qemu", "native"),
            ),
            [
                ["interp/native", "jit/native", "qemu/native"],
                ["interp/qemu", "jit/qemu"],
                ["system/native", "system_qemu/native"],
                ["system/system_qemu"],
            ],
        )

    def test_what_has_no_company_shares_a_chart(self):
        self.assertEqual(
            self.charts(("interp", "native"), ("jit", "native"), ("wide", "narrow")),
            [["interp/native", "jit/native"], ["wide/narrow"]],
        )


if __name__ == "__main__":
    unittest.main()

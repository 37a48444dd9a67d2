import unittest

import units


class Units(unittest.TestCase):
    def test_times_get_the_unit_that_suits_them(self):
        self.assertEqual(units.quantity(0.3456, "ns"), "0.346 ns")
        self.assertEqual(units.quantity(12_345, "ns"), "12.3 µs")
        self.assertEqual(units.quantity(4.2e9, "ns"), "4.20 s")

    def test_bytes_are_binary_and_counts_decimal(self):
        self.assertEqual(units.quantity(3 * 2**30, "B/s"), "3.00 GiB/s")
        self.assertEqual(units.quantity(4096, "B"), "4.00 KiB")
        self.assertEqual(units.quantity(412_000_000, "instructions/s"), "412 M instructions/s")
        self.assertEqual(units.quantity(3, "faults"), "3.00 faults")
        self.assertEqual(units.quantity(0, "ns"), "0 ns")

    def test_ratios_and_changes_keep_their_sign_and_size(self):
        self.assertEqual(units.ratio(1.234), "1.23x")
        self.assertEqual(units.ratio(0.0905), "0.090x")
        self.assertEqual(units.ratio(1234.5), "1,234x")
        self.assertEqual(units.change(1.034), "+3.4 %")
        self.assertEqual(units.change(0.9), "-10.0 %")

    def test_sizes_in_ids_are_read_and_written(self):
        self.assertEqual(units.size_in_bytes("64MiB"), 64 * 2**20)
        self.assertIsNone(units.size_in_bytes("4"))
        self.assertEqual(units.size_name(64 * 2**20), "64 MiB")

    def test_ids_sort_by_number_not_by_letter(self):
        ids = ["read/8/1MiB", "read/16/4KiB", "read/8/4KiB", "copy/64B"]
        self.assertEqual(
            sorted(ids, key=units.natural), ["copy/64B", "read/8/4KiB", "read/8/1MiB", "read/16/4KiB"]
        )


if __name__ == "__main__":
    unittest.main()

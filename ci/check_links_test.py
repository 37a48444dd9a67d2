import unittest

from planting import PlantedTree


class CheckLinks(PlantedTree):
    def test_links_that_lead_somewhere_are_clean(self):
        self.plant("docs/A.md", "# A page, of sorts\n\n## Twice\n\n## Twice\n")
        self.plant("docs/plot.png", "")
        self.plant(
            "README.md",
            "[a](docs/A.md) [h](docs/A.md#a-page-of-sorts) [t](docs/A.md#twice-1) [f](docs)\n"
            "![p](docs/plot.png) [o](https://example.org/x) `[c](nowhere)`\n"
            "```\n[d](nowhere)\n```\n",
        )
        self.assert_clean("check_links")

    def test_a_missing_file_is_found_with_its_line(self):
        self.plant("docs/A.md", "Hello\n\n[b](../B.md)\n")
        self.assert_finds("check_links", "docs/A.md:3: broken link: ../B.md does not exist")

    def test_a_missing_heading_is_found(self):
        self.plant("README.md", "# One\n\n[two](#two)\n")
        self.assert_finds("check_links", "README.md:3: broken link: #two has no such heading")

    def test_a_missing_picture_in_html_is_found(self):
        self.plant("README.md", '<img width="900" src="plot.png">\n')
        self.assert_finds("check_links", "broken link: plot.png")


if __name__ == "__main__":
    unittest.main()

#include "vm/tests/differential/batch.h"

#include <gtest/gtest.h>

#include "vm/base/elf_file.h"

namespace vm::tests {
namespace {

TEST(Batch, ProgramIsTheSameAloneAndAmongOthers) {
    const Batch all = make_batch({.seed = 5, .first = 200, .count = 10});
    const Batch one = make_batch({.seed = 5, .first = 203, .count = 1});
    EXPECT_EQ(one.programs[0].code, all.programs[3].code);
    EXPECT_EQ(one.programs[0].data, all.programs[3].data);
}

TEST(Batch, OtherSeedsAndNumbersGiveOtherPrograms) {
    const Batch batch = make_batch({.seed = 5, .first = 0, .count = 2});
    EXPECT_NE(batch.programs[0].code, batch.programs[1].code);
    EXPECT_NE(make_batch({.seed = 6, .first = 0, .count = 1}).programs[0].code, batch.programs[0].code);
}

TEST(Batch, IsARunnableFileWithTheDataOfItsPrograms) {
    const Batch batch = make_batch({.seed = 1, .first = 0, .count = 3});
    EXPECT_EQ(batch.output_size, 3 * guest::riscv::program_data::kSize);
    const auto file = ElfFile::parse(batch.elf, "batch");
    ASSERT_TRUE(file.has_value()) << file.error().message;
    EXPECT_EQ(file->load_segments()[1].file_size, batch.output_size);
}

}  // namespace
}  // namespace vm::tests

#include "harness/run/code_size.h"

#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string>

#include <elf.h>
#include <gmock/gmock.h>

namespace harness::run {
namespace {

using testing::EndsWith;

class CodeSize : public testing::Test {
  protected:
    void SetUp() override {
        std::string name = testing::TempDir() + "codeXXXXXX";
        folder_ = mkdtemp(name.data());
    }
    void TearDown() override { std::filesystem::remove_all(folder_); }

    // A file of a header and these sections' headers.
    std::filesystem::path elf(std::initializer_list<Elf64_Shdr> sections,
                              unsigned char elf_class = ELFCLASS64, std::size_t cut = 0) {
        Elf64_Ehdr header{};
        std::memcpy(header.e_ident, ELFMAG, SELFMAG);
        header.e_ident[EI_CLASS] = elf_class;
        header.e_ident[EI_DATA] = ELFDATA2LSB;
        header.e_shoff = sizeof header;
        header.e_shentsize = sizeof(Elf64_Shdr);
        header.e_shnum = static_cast<Elf64_Half>(sections.size());
        std::string bytes(reinterpret_cast<const char*>(&header), sizeof header);
        for (const Elf64_Shdr& section : sections)
            bytes.append(reinterpret_cast<const char*>(&section), sizeof section);
        return write(bytes.substr(0, bytes.size() - cut));
    }

    std::filesystem::path write(const std::string& bytes) {
        std::ofstream(folder_ / "program", std::ios::binary) << bytes;
        return folder_ / "program";
    }

    static Elf64_Shdr section(Elf64_Word type, Elf64_Xword flags, Elf64_Xword bytes) {
        Elf64_Shdr header{};
        header.sh_type = type;
        header.sh_flags = flags;
        header.sh_size = bytes;
        return header;
    }

    static std::string error_of(const std::filesystem::path& path) {
        const auto bytes = code_bytes(path);
        return bytes ? "" : bytes.error().message;
    }

    std::filesystem::path folder_;
};

TEST_F(CodeSize, CountsExecutableSectionsThatAreInTheFile) {
    EXPECT_EQ(code_bytes(elf({section(SHT_NULL, 0, 0), section(SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR, 4096),
                              section(SHT_PROGBITS, SHF_ALLOC, 512), section(SHT_NOBITS, SHF_EXECINSTR, 64),
                              section(SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR, 27)}))
                  .value(),
              4123);
}

TEST_F(CodeSize, OfThisTestIsThatOfARealProgram) {
    const std::int64_t bytes = code_bytes("/proc/self/exe").value();
    EXPECT_GT(bytes, 1000);
    EXPECT_LT(bytes, static_cast<std::int64_t>(std::filesystem::file_size("/proc/self/exe")));
}

TEST_F(CodeSize, RefusesWhatIsNoProgram) {
    EXPECT_THAT(error_of(folder_ / "nothing"), EndsWith("No such file or directory"));
    EXPECT_THAT(error_of(write("#!/bin/sh\n")), EndsWith("it is no 64-bit ELF file"));
    EXPECT_THAT(error_of(elf({}, ELFCLASS32)), EndsWith("it is no 64-bit ELF file"));
    EXPECT_THAT(error_of(elf({})), EndsWith("it has no section headers"));
    EXPECT_THAT(error_of(elf({section(SHT_PROGBITS, SHF_ALLOC, 512)})), EndsWith("its sections hold none"));
}

TEST_F(CodeSize, RefusesHeadersOutsideTheFile) {
    EXPECT_THAT(error_of(elf({section(SHT_PROGBITS, SHF_EXECINSTR, 8)}, ELFCLASS64, 1)),
                EndsWith("its section headers lie outside the file"));
}

}  // namespace
}  // namespace harness::run

// The disassembler against GNU objdump 2.40: every 16-bit pattern and a seeded sample of 32-bit ones.

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <regex>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "vm/guest/riscv/decode.h"
#include "vm/guest/riscv/disasm.h"
#include "vm/guest/riscv/encoding.h"

namespace vm::guest::riscv {
namespace {

// A folder of its own that goes when the test ends.
class ScratchFolder {
  public:
    ScratchFolder() : path_((std::filesystem::temp_directory_path() / "disasm.XXXXXX").string()) {
        EXPECT_NE(mkdtemp(path_.data()), nullptr);
    }
    ~ScratchFolder() { std::filesystem::remove_all(path_); }
    ScratchFolder(const ScratchFolder&) = delete;
    ScratchFolder& operator=(const ScratchFolder&) = delete;

    std::string file(const std::string& name) const { return path_ + "/" + name; }

  private:
    std::string path_;
};

void run(const std::string& command) { ASSERT_EQ(std::system(command.c_str()), 0) << command; }

// Objdump takes the extensions it knows of from the file's attributes, so the bytes go into a real object
// file.
void write_object(const ScratchFolder& folder, const std::vector<std::uint16_t>& halves) {
    std::ofstream(folder.file("empty.s"))
        << ".attribute arch, \"rv64gc_zicsr_zifencei_zihintpause_zba_zbb_zbc_zbs_svinval\"\n.option "
           "norelax\nnop\n";
    std::ofstream bytes(folder.file("text"), std::ios::binary);
    for (const std::uint16_t half : halves) {
        bytes.put(static_cast<char>(half & 0xff));
        bytes.put(static_cast<char>(half >> 8));
    }
    bytes.close();
    run(fmt::format("riscv64-linux-gnu-as {} -o {}", folder.file("empty.s"), folder.file("object")));
    run(fmt::format("riscv64-linux-gnu-objcopy --strip-all --update-section .text={} {}", folder.file("text"),
                    folder.file("object")));
}

// "beq\ta0,a1,103c <.text+0x103c>" to "beq a0,a1,0x103c"; comments go.
std::string plain(std::string text) {
    static const std::regex target(R"(([0-9a-f]+) <[^>]*>)");
    text = text.substr(0, text.find(" #"));
    if (const auto tab = text.find('\t'); tab != std::string::npos) text[tab] = ' ';
    if (text.find('<') != std::string::npos) text = std::regex_replace(text, target, "0x$1");
    while (!text.empty() && text.back() == ' ') text.pop_back();
    return text;
}

// Objdump's text by address.
std::map<std::uint64_t, std::string> objdump(const std::vector<std::uint16_t>& halves) {
    const ScratchFolder folder;
    write_object(folder, halves);
    const std::string command =
        fmt::format("riscv64-linux-gnu-objdump -d -z -M no-aliases {}", folder.file("object"));
    const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), pclose);
    std::map<std::uint64_t, std::string> found;
    std::array<char, 512> line{};
    while (std::fgets(line.data(), line.size(), pipe.get()) != nullptr) {
        std::string text = line.data();
        text.pop_back();
        const auto colon = text.find(":\t");
        const auto second_tab = text.find('\t', colon == std::string::npos ? colon : colon + 2);
        if (second_tab == std::string::npos) continue;
        found[std::stoull(text, nullptr, 16)] = plain(text.substr(second_tab + 1));
    }
    return found;
}

// Where we differ on purpose, and why.
std::optional<std::string> deliberate_difference(const Insn& insn) {
    if (insn.bits == 0x6101) return "c.addi16sp with 0 is reserved (Unpriv. 26.5), objdump prints it";
    switch (insn.op) {
        case Opcode::czero_eqz:
        case Opcode::czero_nez:
            return "objdump 2.40 does not know Zicond";
        case Opcode::fence:
            if ((insn.bits & 0x000f'8f80) != 0 || ((insn.bits >> 28) != 0 && insn.bits != 0x8330'000f)) {
                return "reserved fields of a fence are ignored (Unpriv. 2.7), objdump wants them zero";
            }
            return std::nullopt;
        case Opcode::fence_i:
            if (insn.bits != 0x0000'100f) return "unused fields of fence.i are ignored (Unpriv. 6)";
            return std::nullopt;
        case Opcode::fcvt_d_w:
        case Opcode::fcvt_d_wu:
        case Opcode::fcvt_d_s:
            if (insn.rm != 0) return "objdump 2.40 knows these conversions with rne alone";
            return std::nullopt;
        default:
            return std::nullopt;
    }
}

// How many words differed on purpose, by reason; all others were held equal.
std::map<std::string, int> compare(const std::vector<std::uint32_t>& words,
                                   const std::vector<std::uint16_t>& halves) {
    const auto expected = objdump(halves);
    std::map<std::string, int> differed;
    std::uint64_t address = 0;
    int failures = 0;
    for (const std::uint32_t word : words) {
        const auto found = expected.find(address);
        if (found == expected.end()) {
            ADD_FAILURE() << fmt::format("objdump is out of step at {:#x} ({:08x})", address, word);
            return differed;
        }
        const Insn insn = decode(word);
        const std::string ours = disassemble(word, address);
        const auto reason = deliberate_difference(insn);
        if (ours != found->second && reason) {
            ++differed[*reason];
        } else if (ours != found->second && ++failures <= 20) {
            ADD_FAILURE() << fmt::format("{:08x} at {:#x}: objdump '{}', we '{}'", word, address,
                                         found->second, ours);
        }
        address += insn.length;
    }
    EXPECT_EQ(failures, 0);
    EXPECT_EQ(expected.size(), words.size());
    return differed;
}

TEST(DisasmObjdump, AgreesOnEvery16BitPattern) {
    std::vector<std::uint32_t> words;
    std::vector<std::uint16_t> halves;
    for (std::uint32_t half = 0; half < 0x10000; ++half) {
        if (instruction_length(half) != 2) continue;
        words.push_back(half);
        halves.push_back(static_cast<std::uint16_t>(half));
    }
    ASSERT_EQ(words.size(), 49152u);
    const auto differed = compare(words, halves);
    EXPECT_EQ(differed.size(), 1u);  // the one word 0x6101
}

std::map<std::string, int> compare_words(const std::vector<std::uint32_t>& words) {
    std::vector<std::uint16_t> halves;
    for (const std::uint32_t word : words) {
        halves.push_back(static_cast<std::uint16_t>(word));
        halves.push_back(static_cast<std::uint16_t>(word >> 16));
    }
    return compare(words, halves);
}

constexpr int kWordsPerLine = 1000;

TEST(DisasmObjdump, AgreesOnAThousandWordsOfEveryTableLine) {
    std::mt19937_64 random(2026);
    std::vector<std::uint32_t> words;
    for (std::size_t i = 1; i < kOpcodeCount; ++i) {
        for (int repeat = 0; repeat < kWordsPerLine; ++repeat) {
            words.push_back(kEncodings[i].match |
                            (static_cast<std::uint32_t>(random()) & ~kEncodings[i].mask));
        }
    }
    // Fences seldom come with all reserved fields zero by chance.
    for (std::uint32_t sets = 0; sets < 256; ++sets) words.push_back(0x0000'000f | sets << 20);
    words.insert(words.end(), {0x8330'000f, 0x0000'100f});
    const auto differed = compare_words(words);
    EXPECT_EQ(differed.size(), 4u);  // the reasons that 32-bit words have
}

TEST(DisasmObjdump, AgreesOnEveryCsrName) {
    std::vector<std::uint32_t> words;
    for (std::uint32_t number = 0; number < 4096; ++number) words.push_back(number << 20 | 0x0005'9573);
    compare_words(words);
}

TEST(DisasmObjdump, AgreesOnUniformlyRandomWords) {
    std::mt19937_64 random(64);
    std::vector<std::uint32_t> words;
    while (words.size() < 100'000) {
        const auto word = static_cast<std::uint32_t>(random()) | 3;
        if ((word & 0x1c) != 0x1c) words.push_back(word);  // longer than 32 bits
    }
    compare_words(words);
}

}  // namespace
}  // namespace vm::guest::riscv

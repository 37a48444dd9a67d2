#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "vm/base/elf_file.h"

namespace vm {

// What addresses of code are called, in the files that were loaded.
class SymbolTable {
  public:
    // The file was loaded at its own addresses plus `bias`.
    void add(const ElfFile& file, std::uint64_t bias);

    // "main", "main+0x12"; empty where the files do not say.
    std::string name(std::uint64_t address) const;

  private:
    struct Loaded {
        ElfFile file;  // keeps the names
        std::uint64_t bias = 0;
        std::vector<ElfSymbol> labels;
    };

    std::vector<Loaded> loaded_;
};

}  // namespace vm

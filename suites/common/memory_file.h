#pragma once

#include <string>
#include <string_view>

namespace suites::common {

// A file without a place in the file system, which goes with this process whatever ends it.
class MemoryFile {
  public:
    MemoryFile();
    ~MemoryFile();
    MemoryFile(const MemoryFile&) = delete;
    MemoryFile& operator=(const MemoryFile&) = delete;

    int descriptor() const { return descriptor_; }
    // Opens it in other processes, while this object lives.
    std::string path() const;
    // All that was written, by whomever.
    std::string text() const;
    // Writes behind what was written through this object; whether there was memory for it.
    bool append(std::string_view text) const;

  private:
    int descriptor_;
};

}  // namespace suites::common

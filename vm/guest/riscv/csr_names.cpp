#include "vm/guest/riscv/csr_names.h"

namespace vm::guest::riscv {

const char* csr_name(std::uint16_t number) {
    switch (number) {
#define CSR(number, name, kind, bits) \
    case number:                      \
        return #name;
#include "vm/guest/riscv/csr.inc"
#undef CSR
        default:
            return nullptr;
    }
}

}  // namespace vm::guest::riscv

#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "harness/store/connection.h"

namespace harness::store {

// A renamed benchmark: what is stored as `old_benchmark` is read as `new_benchmark`.
struct Alias {
    std::string old_benchmark;  // SUITE/CASE
    std::string new_benchmark;
    std::int64_t created_ns = 0;
    std::string reason;
    bool operator==(const Alias&) const = default;
};

// Ordered by old name.
Result<std::vector<Alias>> list_aliases(Connection& connection);

// From now on what is stored as the alias's old benchmark is read as its new one; an earlier alias of the
// same old name is replaced. Refused when the old name would come out again: then no name is the current one.
Result<void> record_alias(Connection& connection, const Alias& alias);

// What each old name is called today, renames of renames followed.
class CurrentNames {
  public:
    explicit CurrentNames(const std::vector<Alias>& aliases);

    bool empty() const { return next_.empty(); }

    // The name itself when it was never renamed.
    std::string operator()(std::string name) const;

  private:
    std::map<std::string, std::string> next_;
};

}  // namespace harness::store

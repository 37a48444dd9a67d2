#include "harness/store/aliases.h"

namespace harness::store {

Result<std::vector<Alias>> list_aliases(Connection& connection) {
    return connection.all(
        "SELECT old_benchmark, new_benchmark, created_ns, reason FROM alias ORDER BY old_benchmark", {},
        [](const Row& row) {
            return Alias{row.text(0), row.text(1), row.integer(2), row.text(3)};
        });
}

Result<void> record_alias(Connection& connection, const Alias& alias) {
    const std::string& old_name = alias.old_benchmark;
    const std::string& new_name = alias.new_benchmark;
    if (old_name == new_name) return fail("'{}' cannot be renamed to itself", old_name);
    auto known = list_aliases(connection);
    if (!known) return tl::unexpected(known.error());
    std::erase_if(*known, [&](const Alias& one) { return one.old_benchmark == old_name; });
    if (CurrentNames(*known)(new_name) == old_name) {
        return fail("'{}' cannot be renamed to '{}', which is read as '{}' itself", old_name, new_name,
                    old_name);
    }
    return connection.run(
        "INSERT INTO alias (old_benchmark, new_benchmark, created_ns, reason) VALUES (?1, ?2, ?3, ?4) "
        "ON CONFLICT (old_benchmark) DO UPDATE SET new_benchmark = excluded.new_benchmark, "
        "created_ns = excluded.created_ns, reason = excluded.reason",
        {old_name, new_name, alias.created_ns, alias.reason});
}

CurrentNames::CurrentNames(const std::vector<Alias>& aliases) {
    for (const Alias& alias : aliases) next_.emplace(alias.old_benchmark, alias.new_benchmark);
}

std::string CurrentNames::operator()(std::string name) const {
    // Bounded, should a store written by hand hold a circle.
    for (std::size_t steps = 0; steps < next_.size(); ++steps) {
        const auto found = next_.find(name);
        if (found == next_.end()) break;
        name = found->second;
    }
    return name;
}

}  // namespace harness::store

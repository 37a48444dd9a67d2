#include "vm/user/process.h"

#include <future>
#include <iterator>
#include <sys/resource.h>
#include <system_error>
#include <utility>

#include <stdlib.h>
#include <unistd.h>

#include "vm/base/elf_file.h"
#include "vm/user/host_environment.h"
#include "vm/user/initial_stack.h"
#include "vm/user/loader.h"
#include "vm/user/signal_frame.h"
#include "vm/user/sysroot.h"

namespace vm::user {
namespace {

constexpr std::size_t kSp = 2;

// Each takes memory and a thread of the host, which a guest that only makes threads would use up.
constexpr std::size_t kMostThreads = 4096;

std::string absolute_path(const std::string& path) {
    const std::unique_ptr<char, decltype(&::free)> resolved(::realpath(path.c_str(), nullptr), &::free);
    return resolved ? resolved.get() : path;
}

// The loader's file: below the sysroot, or on a host that has it in its own place.
Result<std::string> find_interpreter(const std::string& name, const std::string& sysroot,
                                     const std::string& program) {
    std::string found = in_sysroot(sysroot, name);
    if (::access(found.c_str(), R_OK) != 0) {
        return fail("'{}' needs its loader '{}', which is not below '{}': give --sysroot DIR", program, name,
                    sysroot);
    }
    return found;
}

// The numbers go where they are asked for before the thread runs. Addresses that cannot be written are passed
// over, as by the kernel.
void put_number(AddressSpace& memory, const NewThread& wanted, int number) {
    for (const std::uint64_t address : {wanted.parent_tid, wanted.child_tid}) {
        if (address != 0) {
            static_cast<void>(memory.put(address, number));
        }
    }
}

}  // namespace

Process::Process(AddressSpace memory) : memory_(std::move(memory)) {
    program_.spent = [this] {
        const std::lock_guard lock(mutex_);
        stop_others(nullptr);
    };
    program_.start_thread = [this](Thread& parent, const NewThread& wanted) {
        return start_thread(parent, wanted);
    };
    program_.fork = [this](Thread& parent, const NewThread& wanted) { return fork(parent, wanted); };
}

Result<std::unique_ptr<Process>> Process::start(const ProcessOptions& options) {
    auto memory = AddressSpace::create();
    if (not memory) {
        return tl::unexpected(memory.error());
    }
    std::unique_ptr<Process> process(new Process(std::move(*memory)));
    if (auto loaded = process->load(options); not loaded) {
        return tl::unexpected(loaded.error());
    }
    if (auto prepared = process->prepare(options); not prepared) {
        return tl::unexpected(prepared.error());
    }
    return process;
}

Result<void> Process::load(const ProcessOptions& options) {
    const auto file = ElfFile::open(options.path);
    if (not file) {
        return tl::unexpected(file.error());
    }
    const auto loader_name = interpreter_of(*file, options.path);
    if (not loader_name) {
        return tl::unexpected(loader_name.error());
    }
    // Static programs find the host's files unless somebody asks for something else.
    state_.sysroot = options.sysroot.value_or(*loader_name ? kDefaultSysroot : "");
    const auto program = load_program(memory_, *file, options.path);
    if (not program) {
        return tl::unexpected(program.error());
    }
    const std::vector<std::string> environment = from_host_environment(options.environment);
    StackContents contents{.program = *program,
                           .path = options.path,
                           .arguments = options.arguments,
                           .environment = environment,
                           .random = options.random};
    load_bias_ = program->entry - file->entry();
    first_.hart().pc = program->entry;
    if (*loader_name) {
        const auto path = find_interpreter(**loader_name, state_.sysroot, options.path);
        if (not path) {
            return tl::unexpected(path.error());
        }
        const auto loader_file = ElfFile::open(*path);
        if (not loader_file) {
            return tl::unexpected(loader_file.error());
        }
        const auto loader = load_interpreter(memory_, *loader_file, *path);
        if (not loader) {
            return tl::unexpected(loader.error());
        }
        contents.interpreter_base = loader->base;
        first_.hart().pc = loader->entry;
    }
    memory_.start_break(program->end);
    if (auto mapped = map_trampoline(memory_); not mapped) {
        return mapped;
    }
    const auto stack = build_initial_stack(memory_, contents);
    if (not stack) {
        return tl::unexpected(stack.error());
    }
    first_.hart().x[kSp] = *stack;
    auxiliary_vector_ = auxiliary_vector_of(memory_, *stack, contents);
    return {};
}

Result<void> Process::prepare(const ProcessOptions& options) {
    if (options.native) {
        memory_.ram().protect_code_in_host();
        program_.native = options.native;
        auto code = native::make_program_code(*options.native);
        if (not code) {
            return tl::unexpected(code.error());
        }
        program_.code = std::move(*code);
        first_.compile_hot_code();
    }
    if (auto attached = first_.attach(); not attached) {
        return attached;
    }
    state_.executable = absolute_path(options.path);
    state_.diagnostics_fd = options.diagnostics_fd;
    state_.command = options.command;
    first_.kernel().child = options.is_child;
    state_.own_limits = {rlimit{RLIM_INFINITY, RLIM_INFINITY}, rlimit{kStackSize, RLIM_INFINITY},
                         rlimit{RLIM_INFINITY, RLIM_INFINITY}};
    for (int signal = 1; signal <= kSignalCount; ++signal) {
        if (first_.host_signals().inherited_ignored(signal)) {
            state_.actions.replace(signal, {.handler = abi::kSignalIgnore}, [] {});
        }
    }
    if (options.native) {
        first_.host_signals().answer_faults();
    }
    return {};
}

Process::~Process() {
    {
        const std::lock_guard lock(mutex_);
        over_ = true;
        stop_others(&first_);
    }
    changed_.notify_all();
    for (Worker& worker : workers_) {
        worker.host.join();
    }
}

Outcome Process::run(const RunOptions& options) {
    std::unique_lock lock(mutex_);
    if (outcome_) {
        return *outcome_;
    }
    program_.budget.set(options.max_instructions);
    program_.stop = false;
    options_ = options;
    ++round_;
    const bool first_runs = not first_.kernel().thread_exit;
    running_ = alive_;
    lock.unlock();
    changed_.notify_all();
    if (first_runs) {
        first_.run(options_);
    }
    lock.lock();
    if (first_runs) {
        settle(first_);
    }
    changed_.wait(lock, [this] { return running_ == 0; });
    abandon_locks(first_);
    if (not outcome_) {
        return {Outcome::Kind::instruction_limit};
    }
    return *outcome_;
}

// A thread has left its run(): it has ended, or the program, or it waits for the next round.
void Process::settle(Thread& thread) {
    --running_;
    Kernel& kernel = thread.kernel();
    if (kernel.outcome) {
        end(thread, *kernel.outcome);
    } else if (kernel.thread_exit) {
        if (&thread == leader_) {
            leader_exit_ = *kernel.thread_exit;
            leader_ = nullptr;
        }
        // Without exit_group a program ends with its last thread, as its leader did.
        if (--alive_ == 0) {
            end(thread, {Outcome::Kind::exited, leader_exit_});
        }
    }
    abandon_locks(thread);
    if (first_gone_ and running_ == 0) {
        options_.ended_elsewhere(outcome_.value_or(Outcome{Outcome::Kind::instruction_limit}));
    }
    changed_.notify_all();
}

// Of a thread that the program's end found alive; on its own host thread.
void Process::abandon_locks(Thread& thread) {
    if (outcome_ and not thread.kernel().thread_exit) {
        thread.abandon_locks();
    }
}

void Process::end(const Thread& thread, const Outcome& outcome) {
    if (not outcome_) {
        outcome_ = outcome;
        ended_by_ = &thread;
        over_ = true;
        stop_others(&thread);
    }
}

// Also out of the system calls they wait in. Those that are done are out of reach of signals already.
void Process::stop_others(const Thread* thread) {
    program_.stop = true;
    call_others(thread);
    if (program_.control != nullptr) {
        program_.control->look_again();
    }
}

void Process::call_others(const Thread* thread) {
    for (Worker& worker : workers_) {
        if (not worker.done and worker.thread.get() != thread) {
            worker.thread->stop();
        }
    }
    if (&first_ != thread and (state_.several or program_.control != nullptr)) {
        first_.stop();
    }
}

SysValue Process::start_thread(Thread& parent, const NewThread& wanted) {
    join_ended();
    // A host thread begins with its parent's mask: nothing may come before it knows its guest.
    if (not parent.host_signals().hold()) {
        return kRestartAlways;
    }
    parent.share();
    state_.several = true;
    std::list<Worker> fresh;
    Worker& worker = fresh.emplace_back(Worker{std::make_unique<Thread>(program_, parent, wanted)});
    std::promise<void> attached;
    std::promise<bool> decided;
    const auto ready = attached.get_future();
    SysValue result = -EAGAIN;
    try {
        worker.host = std::thread([this, &worker, &parent, say_attached = std::move(attached),
                                   go = decided.get_future()]() mutable {
            worker.thread->attach(parent);
            say_attached.set_value();
            if (go.get()) {
                work(worker);
            } else {
                worker.thread->detach();
            }
        });
        ready.wait();
        std::unique_lock lock(mutex_);
        const bool accepted = not over_ and workers_.size() < kMostThreads;
        if (accepted) {
            result = worker.thread->number();
            put_number(memory_, wanted, worker.thread->number());
            if (program_.control != nullptr) {
                worker.thread->obey();
            }
            ++alive_;
            ++running_;
            workers_.splice(workers_.end(), fresh);
        }
        lock.unlock();
        decided.set_value(accepted);
        if (not accepted) {
            worker.host.join();
        }
    } catch (const std::system_error&) {
        result = -EAGAIN;  // the host has no thread to give
    }
    parent.host_signals().set_mask(parent.kernel().signals.mask);
    return result;
}

// The host thread of a worker, through the rounds of run().
void Process::work(Worker& worker) {
    Thread& thread = *worker.thread;
    std::unique_lock lock(mutex_);
    for (bool again = true; again;) {
        const std::uint64_t round = round_;
        lock.unlock();
        thread.run(options_);
        lock.lock();
        settle(thread);
        again = false;
        if (not thread.kernel().thread_exit) {
            changed_.wait(lock, [&] { return over_ or round_ != round; });
            again = not over_;
        }
    }
    abandon_locks(thread);
    add(retired_, thread);
    thread.detach();
    worker.done = true;
}

// Host threads of guest threads that have ended.
void Process::join_ended() {
    std::list<Worker> ended;
    {
        const std::lock_guard lock(mutex_);
        for (auto at = workers_.begin(); at != workers_.end();) {
            const auto next = std::next(at);
            if (at->done and at->thread.get() != ended_by_) {
                ended.splice(ended.end(), workers_, at);
            }
            at = next;
        }
    }
    for (Worker& worker : ended) {
        worker.host.join();
    }
}

const guest::riscv::Hart& Process::hart() const {
    return ended_by_ != nullptr ? ended_by_->hart() : first_.hart();
}

void Process::add(Retired& sum, const Thread& thread) {
    sum.all += thread.hart().csrs.instret;
    sum.compilers += thread.compiler_counts();
}

Process::Retired Process::retired() const {
    Retired sum = retired_;
    add(sum, first_);
    for (const Worker& worker : workers_) {
        if (not worker.done) {
            add(sum, *worker.thread);
        }
    }
    if (program_.code != nullptr) {
        sum.compilers += program_.code->counts();
    }
    return sum;
}

}  // namespace vm::user

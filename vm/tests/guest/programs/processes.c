// A program that makes processes: copies of itself, and others in their place.
#define _GNU_SOURCE
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <unistd.h>

#include "check.h"

extern char** environ;
static const char* self;

static int wait_for(pid_t child) {
    int status = -1;
    CHECK(waitpid(child, &status, 0) == child);
    return status;
}

static void forks(void) {
    static volatile int copied = 1;
    volatile int* const shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    CHECK(shared != MAP_FAILED);
    const pid_t parent = getpid();
    const pid_t child = fork();
    if (child == 0) {
        copied = 2;
        *shared = 3;
        _exit(getppid() == parent && getpid() != parent ? 42 : 1);
    }
    CHECK(child > 0);
    const int status = wait_for(child);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 42);
    CHECK(copied == 1 && *shared == 3);
    CHECK_FAILS(waitpid(-1, NULL, 0), ECHILD);
    printf("forked\n");
}

static void dies_of(int signal) {
    const pid_t child = fork();
    if (child == 0) {
        raise(signal);
        _exit(1);
    }
    const int status = wait_for(child);
    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == signal);
}

static void pipes(void) {
    int ends[2];
    CHECK(pipe(ends) == 0);
    const pid_t child = fork();
    if (child == 0) {
        CHECK(dup2(ends[1], 1) == 1);
        close(ends[0]);
        close(ends[1]);
        execl(self, "another", "say", "through a pipe", NULL);
        _exit(127);
    }
    close(ends[1]);
    char text[100] = {0};
    CHECK(read(ends[0], text, sizeof text - 1) > 0);
    siginfo_t info;
    CHECK(waitid(P_PID, child, &info, WEXITED) == 0);
    CHECK(info.si_pid == child && info.si_code == CLD_EXITED && info.si_status == 0);
    printf("%s", text);
    close(ends[0]);
}

static volatile sig_atomic_t ended;
static void on_child(int signal) {
    (void)signal;
    ++ended;
}

static void lends_its_memory(void) {
    volatile int kept = 1;
    static volatile int changed;
    const struct sigaction counted = {.sa_handler = on_child, .sa_flags = SA_RESTART};
    CHECK(sigaction(SIGCHLD, &counted, NULL) == 0);
    const pid_t child = vfork();
    if (child == 0) {
        changed = 7;
        signal(SIGCHLD, SIG_DFL);
        execl("/nonexistent", "x", NULL);
        _exit(errno == ENOENT ? 3 : 4);
    }
    const int status = wait_for(child);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 3);
    CHECK(kept == 1 && changed == 7 && ended == 1);
    CHECK(signal(SIGCHLD, SIG_DFL) == on_child);
    printf("lent\n");
}

static void spawns(void) {
    pid_t child;
    char* const arguments[] = {"another", "say", "spawned", NULL};
    fflush(stdout);
    CHECK(posix_spawn(&child, self, NULL, NULL, arguments, environ) == 0);
    CHECK(wait_for(child) == 0);
    CHECK(posix_spawn(&child, "/nonexistent", NULL, NULL, arguments, environ) == ENOENT);
    CHECK(posix_spawn(&child, "/etc/passwd", NULL, NULL, arguments, environ) == EACCES);
}

static void runs_scripts(const char* path) {
    FILE* const script = fopen(path, "w");
    CHECK(script != NULL);
    fprintf(script, "#! %s say\nignored\n", self);
    CHECK(fclose(script) == 0 && chmod(path, 0755) == 0);
    fflush(stdout);
    const pid_t child = fork();
    if (child == 0) {
        execl(path, "script", "behind", NULL);
        _exit(127);
    }
    CHECK(wait_for(child) == 0);
    CHECK(truncate(path, 0) == 0);
    CHECK_FAILS(execl(path, "script", NULL), ENOEXEC);
    CHECK(unlink(path) == 0);
}

int main(int count, char** arguments) {
    if (count > 1 && strcmp(arguments[1], "say") == 0) {
        printf("%s: %s\n", arguments[0], arguments[count - 1]);
        return 0;
    }
    CHECK(count == 3);
    self = arguments[1];
    setvbuf(stdout, NULL, _IOLBF, 0);
    forks();
    dies_of(SIGTERM);
    dies_of(SIGKILL);
    dies_of(SIGSEGV);
    pipes();
    spawns();
    runs_scripts(arguments[2]);
    lends_its_memory();
    execl(self, "last", "say", "in place", NULL);
    return 1;
}

// SPDX-License-Identifier: Apache-2.0
// sagong-member itself, as the kubelet runs it, beside a mongod that is a script.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <array>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace {

const std::string kProgram = SAGONG_BINARY_DIR "/bin/sagong-member";

struct Outcome {
  int code = 0;
  std::string text;
};

struct Pod {
  std::string path = ::testing::TempDir() + "member-program-" + std::to_string(::getpid());

  Pod() {
    std::filesystem::remove_all(path);
    std::filesystem::create_directories(path + "/bin");
    write("/source", "c2Fnb25nLXRlc3Qta2V5\n", 0444);
  }
  ~Pod() { std::filesystem::remove_all(path); }

  void write(const std::string& name, const std::string& content, mode_t mode) const {
    std::ofstream(path + name) << content;
    ::chmod((path + name).c_str(), mode);
  }
  // A mongod that prints its arguments; `--version` runs `version` first.
  void with_mongod(const std::string& version = "exit 0") const {
    write("/bin/mongod", "#!/bin/sh\nif [ \"$1\" = --version ]; then " + version + "; fi\necho \"mongod $*\"\n", 0755);
  }
  Outcome run(const std::string& arguments, const std::string& pod_ip = "127.0.0.77") const {
    const std::string command = "POD_IP=" + pod_ip + " PATH=" + path + "/bin " + kProgram + " " + arguments + " 2>&1";
    FILE* output = ::popen(command.c_str(), "r");
    Outcome outcome;
    std::array<char, 4'096> buffer = {};
    for (std::size_t count = 0; (count = ::fread(buffer.data(), 1, buffer.size(), output)) > 0;)
      outcome.text.append(buffer.data(), count);
    outcome.code = WEXITSTATUS(::pclose(output));
    return outcome;
  }
  std::string start() const {
    return "start --host 127.0.0.77:27017 --config /sagong/config/mongod.conf --keyfile-source " + path +
           "/source --keyfile " + path + "/keyfile";
  }
};

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST(MemberProgram, it_is_one_static_file_without_name_services) {
  std::ifstream file(kProgram, std::ios::binary);
  std::ostringstream bytes;
  bytes << file.rdbuf();
  ASSERT_FALSE(bytes.str().empty());
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "sanitizers need shared objects";
#endif
  EXPECT_FALSE(contains(bytes.str(), "/lib64/ld-linux-x86-64.so.2"));
  EXPECT_FALSE(contains(bytes.str(), "/lib/ld-linux-aarch64.so.1"));
  EXPECT_FALSE(contains(bytes.str(), "nsswitch.conf"));
}

TEST(MemberProgram, every_subcommand_has_help) {
  const Pod pod;
  for (const char* subcommand : {"", "install", "start", "preflight", "probe", "probe startup", "probe readiness",
                                 "probe liveness", "prestop"}) {
    const Outcome help = pod.run(std::string(subcommand) + " --help");
    EXPECT_EQ(help.code, 0) << subcommand;
    EXPECT_TRUE(contains(help.text, "Usage: sagong-member")) << help.text;
  }
  EXPECT_NE(pod.run("").code, 0);
}

TEST(MemberProgram, install_copies_the_program_itself_to_be_run_by_everybody) {
  const Pod pod;
  ASSERT_EQ(pod.run("install " + pod.path + "/copy").code, 0);
  ASSERT_EQ(pod.run("install " + pod.path + "/copy").code, 0) << "a second time, over the first";
  EXPECT_EQ(std::filesystem::file_size(pod.path + "/copy"), std::filesystem::file_size(kProgram));
  EXPECT_EQ(static_cast<int>(std::filesystem::status(pod.path + "/copy").permissions()), 0555);
  EXPECT_EQ(pod.run("install " + pod.path + "/no/such/folder").code, 1);
}

TEST(MemberProgram, start_puts_the_keyfile_in_place_and_becomes_mongod) {
  const Pod pod;
  pod.with_mongod();
  const Outcome started = pod.run(pod.start());
  EXPECT_EQ(started.code, 0) << started.text;
  EXPECT_TRUE(contains(started.text, "\nmongod --config /sagong/config/mongod.conf --bind_ip 127.0.0.77"))
      << started.text;
  EXPECT_EQ(static_cast<int>(std::filesystem::status(pod.path + "/keyfile").permissions()), 0400);
  EXPECT_FALSE(contains(started.text, "c2Fnb25n"));
}

TEST(MemberProgram, of_two_members_on_one_loopback_only_the_first_binds_to_it) {
  const Pod pod;
  // A port of this run's own, so that no other test holds the claim. The first mongod starts the second member.
  const std::string port = std::to_string(20'000 + ::getpid() % 10'000);
  const std::string start = "start --host 127.0.0.77:" + port + " --config /c --keyfile-source " + pod.path +
                            "/source --keyfile " + pod.path + "/keyfile";
  pod.write("/bin/mongod",
            "#!/bin/sh\necho \"mongod $*\"\n[ -n \"$SECOND\" ] || SECOND=yes POD_IP=127.0.0.78 " + kProgram + " " +
                start + "\n",
            0755);
  const Outcome both = pod.run(start);
  EXPECT_TRUE(contains(both.text, "\nmongod --config /c --bind_ip 127.0.0.77,127.0.0.1\n")) << both.text;
  EXPECT_TRUE(contains(both.text, "\nmongod --config /c --bind_ip 127.0.0.78\n")) << both.text;
}

TEST(MemberProgram, start_without_mongod_ends_as_a_shell_would) {
  const Pod pod;
  if (std::filesystem::exists("/usr/bin/mongod")) GTEST_SKIP() << "this machine has one";
  const Outcome started = pod.run(pod.start());
  EXPECT_EQ(started.code, 127);
  EXPECT_TRUE(contains(started.text, "this image has no mongod on its PATH or in /usr/bin")) << started.text;
}

TEST(MemberProgram, start_refuses_a_keyfile_that_mongod_would_refuse) {
  const Pod pod;
  pod.with_mongod();
  pod.write("/source", "short", 0644);
  const Outcome started = pod.run(pod.start());
  EXPECT_EQ(started.code, 1);
  EXPECT_TRUE(contains(started.text, "the keyfile could not be put in place")) << started.text;
}

TEST(MemberProgram, start_without_the_pods_address_says_so) {
  const Pod pod;
  pod.with_mongod();
  EXPECT_EQ(pod.run(pod.start(), "''").code, 2);
}

TEST(MemberProgram, start_ends_at_once_when_told_while_it_waits_for_its_name) {
  const Pod pod;
  pod.with_mongod();
  const std::string waits = "start --host no-such-name.invalid:27017 --config /c --keyfile-source " + pod.path +
                            "/source --keyfile " + pod.path + "/keyfile & sleep 1; kill -TERM $!; wait $!";
  const Outcome ended = pod.run(waits);
  EXPECT_EQ(ended.code, 128 + SIGTERM) << ended.text;
  EXPECT_FALSE(contains(ended.text, "starting mongod"));
}

TEST(MemberProgram, preflight_says_nothing_itself_and_becomes_mongod) {
  const Pod pod;
  pod.with_mongod("echo noise; exit 0");
  const Outcome checked = pod.run("preflight --config /c");
  EXPECT_EQ(checked.code, 0);
  EXPECT_EQ(checked.text, "mongod --config /c --outputConfig\n");
}

TEST(MemberProgram, preflight_says_why_mongod_does_not_run_here) {
  const Pod pod;
  pod.with_mongod("kill -ILL $$");
  const Outcome checked = pod.run("preflight --config /c");
  EXPECT_EQ(checked.code, 126);
  EXPECT_TRUE(contains(checked.text, "mongod needs CPU instructions that this node does not have")) << checked.text;
}

TEST(MemberProgram, probes_of_a_mongod_that_is_not_there_fail_with_one_line) {
  const Pod pod;
  for (const char* question : {"startup", "readiness", "liveness"}) {
    const Outcome asked = pod.run(std::string("probe ") + question);
    EXPECT_EQ(asked.code, 1);
    EXPECT_EQ(asked.text, "failed: mongod does not answer: unavailable: connect: Connection refused\n");
  }
}

TEST(MemberProgram, prestop_never_fails) {
  const Pod pod;
  const Outcome stopped = pod.run("prestop --keyfile /nowhere");
  EXPECT_EQ(stopped.code, 0);
  EXPECT_TRUE(contains(stopped.text, "mongod does not answer: nothing is handed over")) << stopped.text;
}

}  // namespace

// SPDX-License-Identifier: Apache-2.0
// Answers: what does a pod get? Prints its identity and what it may write, then greets every connection on port 8080.
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static const char* may_write(const char* path) {
  return open(path, O_CREAT | O_WRONLY, 0600) >= 0 ? "yes" : "no";
}

int main(void) {
  setvbuf(stdout, NULL, _IOLBF, 0);
  printf("uid=%d gid=%d data=%s root=%s\n", (int)getuid(), (int)getgid(), may_write("/data/probe"),
         may_write("/probe"));
  int listener = socket(AF_INET, SOCK_STREAM, 0);
  int on = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  struct sockaddr_in any = {.sin_family = AF_INET, .sin_port = htons(8080)};
  if (bind(listener, (struct sockaddr*)&any, sizeof any) != 0 || listen(listener, 16) != 0) return 1;
  for (;;) {
    int connection = accept(listener, NULL, NULL);
    if (connection < 0) continue;
    dprintf(connection, "hello from %s\n", getenv("HOSTNAME"));
    close(connection);
  }
}

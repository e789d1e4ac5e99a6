// SPDX-License-Identifier: Apache-2.0
// What must a fully static program not carry? glibc's name services and dlopen, which want the shared objects of the
// glibc that was linked, and this program runs inside somebody else's image. libcrypto mentions them in parts that are
// never called; defining them here keeps glibc's out. Linked into the static program only.
#include <dlfcn.h>
#include <netdb.h>

extern "C" {

int getaddrinfo(const char*, const char*, const addrinfo*, addrinfo**) {
  return EAI_FAIL;
}
void freeaddrinfo(addrinfo*) noexcept {}
const char* gai_strerror(int) noexcept {
  return "not linked";
}
int getnameinfo(const sockaddr*, socklen_t, char*, socklen_t, char*, socklen_t, int) {
  return EAI_FAIL;
}
hostent* gethostbyname(const char*) {
  return nullptr;
}

void* dlopen(const char*, int) noexcept {
  return nullptr;
}
void* dlsym(void*, const char*) noexcept {
  return nullptr;
}
int dlclose(void*) noexcept {
  return -1;
}
char* dlerror() noexcept {
  static char message[] = "not linked";
  return message;
}
int dladdr(const void*, Dl_info*) noexcept {
  return 0;
}

}  // extern "C"

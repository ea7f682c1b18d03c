// epoll and timerfd, which the Glibc module leaves out.
#include <sys/epoll.h>
#include <sys/timerfd.h>

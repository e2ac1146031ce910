// SPDX-License-Identifier: Apache-2.0
#include "sensor/source/shared_memory.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace weir {
namespace {

/// A file descriptor that closes itself.
struct Descriptor {
    int number;
    ~Descriptor() {
        if (number >= 0) ::close(number);
    }
};

/// Whoever forks is not to hand on what it has mapped: a child maps what it may have itself.
void keep_from_children(void* data, std::size_t size) noexcept { (void)::madvise(data, size, MADV_DONTFORK); }

std::string reason(const std::string& file, const char* what) { return file + ": " + what + ": " + std::strerror(errno); }

}  // namespace

SharedMemory::~SharedMemory() {
    if (data_ != nullptr) ::munmap(data_, size_);
}

Result<SharedMemory, std::string> SharedMemory::create(const std::string& file, std::size_t size) {
    // A new file, never the old one anew: who still has that mapped must not see it change.
    ::unlink(file.c_str());
    const Descriptor fd{::open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600)};
    if (fd.number < 0) return Unexpected{reason(file, "cannot be made")};
    // Taken now: a full file system later would be a fatal signal.
    if (const int error = ::posix_fallocate(fd.number, 0, static_cast<off_t>(size)); error != 0) {
        errno = error;
        return Unexpected{reason(file, "cannot be given its size")};
    }
    void* const data = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd.number, 0);
    if (data == MAP_FAILED) return Unexpected{reason(file, "cannot be mapped")};
    keep_from_children(data, size);
    return SharedMemory{static_cast<std::byte*>(data), size};
}

Result<SharedMemory, std::string> SharedMemory::open(const std::string& file, Access access, std::size_t offset, std::size_t size) {
    const bool writes = access == Access::write;
    const Descriptor fd{::open(file.c_str(), (writes ? O_RDWR : O_RDONLY) | O_CLOEXEC | O_NOFOLLOW)};
    struct stat status {};
    if (fd.number < 0 || ::fstat(fd.number, &status) != 0) return Unexpected{reason(file, "cannot be opened")};
    const std::size_t whole = static_cast<std::size_t>(status.st_size);
    if (offset > whole || size > whole - offset || (size == 0 && offset == whole)) return Unexpected{file + ": smaller than expected"};
    const std::size_t length = size != 0 ? size : whole - offset;
    void* const data = ::mmap(nullptr, length, writes ? PROT_READ | PROT_WRITE : PROT_READ, MAP_SHARED, fd.number, static_cast<off_t>(offset));
    if (data == MAP_FAILED) return Unexpected{reason(file, "cannot be mapped")};
    keep_from_children(data, length);
    return SharedMemory{static_cast<std::byte*>(data), length};
}

}  // namespace weir

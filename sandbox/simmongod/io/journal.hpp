// SPDX-License-Identifier: Apache-2.0
// How does a member's state survive its process? An append-only file of records in the data directory.
//
//    journal.bin:   [ uint32 length | uint32 CRC-32C of the bytes | BSON ] …       little-endian
//
// A torn tail (the process or the machine died while writing) is cut off when the file is opened. A file that has grown
// is replaced, at start, by a shorter one with the same meaning, through a rename.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "libk8s/base/result.hpp"
#include "operators/mongodb/wire/bson.hpp"

namespace simmongod {

class Journal {
 public:
  Journal() = default;
  ~Journal();
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  using Read = std::function<void(const mongo::bson::Document&)>;
  // Plays back every whole record.
  k8s::Result<void> open(const std::string& directory, const Read& read);
  std::uint64_t size() const { return size_; }
  // The same state in other records, by an atomic rename.
  k8s::Result<void> replace(const std::vector<mongo::bson::Document>& records);

  // Into a buffer; write() hands it to the kernel, which a killed process survives; sync() to the disk.
  void append(const mongo::bson::Document& record);
  k8s::Result<void> write();
  k8s::Result<void> sync();

 private:
  std::string path() const { return directory_ + "/journal.bin"; }

  std::string directory_;
  int file_ = -1;
  std::uint64_t size_ = 0;
  std::string buffer_;
};

}  // namespace simmongod

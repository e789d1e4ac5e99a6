// SPDX-License-Identifier: Apache-2.0
// PersistentVolumeClaims and PersistentVolumes: who gets which, made on demand, grown, kept or removed afterwards.
//
// Binding goes both ways: the volume's spec.claimRef names the claim by uid, the claim's spec.volumeName the volume.
// A claim first takes the smallest volume there is that will do; else one is made by the provisioner that this sandbox
// has. With WaitForFirstConsumer nothing happens before the scheduler has named a node
// (volume.kubernetes.io/selected-node), and the volume then belongs to that node's topology.
//
// A made volume is a directory below `root`, named after it (spec.hostPath); whoever runs pods makes and removes the
// directories. Data sources (snapshots, clones) are refused with an Event.
#pragma once

#include "sandbox/controllers/controller.hpp"

namespace controllers {

inline constexpr std::string_view kProvisioner = "sandbox.sagong.dev/hostpath";
inline constexpr std::string_view kSelectedNode = "volume.kubernetes.io/selected-node";

struct VolumeSettings {
  std::string root = "/var/lib/sagong-sandbox/volumes";
  // Made volumes of WaitForFirstConsumer may only be used where this label of their node's holds.
  std::string topology_key = "kubernetes.io/hostname";
};

Controller claim_controller(VolumeSettings settings);
Controller volume_controller();
// The finalizer kubernetes.io/pvc-protection: there until no assigned pod uses the claim.
Controller claim_protection_controller();

}  // namespace controllers

#pragma once
/// What the local target knows of the world it is in (see enter_local_world_if_needed()).

#include <sys/types.h>

namespace plumbline {

/// Whether this process's network is the private one that was made for the local target.
bool inside_local_world();
/// The user who started the program: inside the world everybody is root.
uid_t user_outside();

}  // namespace plumbline

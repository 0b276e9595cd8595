// SPDX-License-Identifier: Apache-2.0
// Optional libraries are opened at run time, so that the program starts without them. Here each is
// opened and closed again: the loader's answer is the truth, a file's name in a folder is not.
#include "cli/cli_doctor.h"

#include <dlfcn.h>
#include <string.h>

#if defined(__linux__)
#include <link.h>
#endif

static const struct {
    const char *name, *purpose, *install, *files[5];
} libraries[DOCTOR_LIBRARIES] = {
    {"onnxruntime",
     "models in ONNX form",
     "apt-get install libonnxruntime-dev (Debian 13), or brew install onnxruntime",
     {"libonnxruntime.so.1", "libonnxruntime.so.1.23", "libonnxruntime.so.1.21",
      "libonnxruntime.so", "libonnxruntime.dylib"}},
    {"vulkan",
     "GPUs of any vendor",
     "apt-get install libvulkan1 and the GPU's driver, or brew install vulkan-loader",
     {"libvulkan.so.1", "libvulkan.dylib"}},
    {"cuda",
     "NVIDIA GPUs",
     "comes with NVIDIA's driver (Debian non-free: libcuda1)",
     {"libcuda.so.1", "libcuda.so"}},
    {"duckdb",
     "Parquet and SQL",
     "no package in Debian 12; DuckDB's release archive, or brew install duckdb",
     {"libduckdb.so", "libduckdb.dylib"}},
};

/// The file that the loader took.
static void describe(void *handle, const char *file, doctor_library *library)
{
    (void)snprintf(library->detail, sizeof library->detail, "%s", file);
#if defined(__linux__)
    struct link_map *map = NULL;
    if (dlinfo(handle, RTLD_DI_LINKMAP, &map) == 0 && map && map->l_name && map->l_name[0])
        (void)snprintf(library->detail, sizeof library->detail, "%s", map->l_name);
#else
    (void)handle;
#endif
}

void cli_doctor_libraries(doctor_library library[DOCTOR_LIBRARIES])
{
    for (size_t i = 0; i < DOCTOR_LIBRARIES; i++) {
        library[i] = (doctor_library){.name = libraries[i].name,
                                      .purpose = libraries[i].purpose,
                                      .install = libraries[i].install};
        for (size_t f = 0; f < 5 && libraries[i].files[f] && !library[i].found; f++) {
            void *handle = dlopen(libraries[i].files[f], RTLD_LAZY | RTLD_LOCAL);
            if (handle) {
                library[i].found = true;
                describe(handle, libraries[i].files[f], &library[i]);
                (void)dlclose(handle);
            } else if (f == 0) {
                const char *reason = dlerror();
                (void)snprintf(library[i].detail, sizeof library[i].detail, "%s",
                               reason ? reason : "not found");
            }
        }
    }
}

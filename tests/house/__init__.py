"""The house's own rules, as tests: each rule is a function here, and each is proved red once on a planted violation."""

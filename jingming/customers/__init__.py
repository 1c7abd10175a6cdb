"""Customer archives 客户档案: who is served, where, how reached. Start with rules.py; actions.py is the only writer."""

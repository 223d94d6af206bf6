"""What can be done, one module a subject. All mutations stay top level: they run one by one."""

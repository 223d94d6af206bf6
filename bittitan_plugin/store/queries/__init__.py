"""Lists for readers: filtered, searched, sorted and paged, always within one installation.

Repositories serve the rules and load whole values by identity; these serve pages. Every
function takes the unit of work, so none can read outside its installation.
"""

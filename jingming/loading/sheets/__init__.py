"""Files of master data: read (`reading`, `cells`), matched with our columns (`kinds`, `matching`), loaded (`loading`
and one module for each kind), and written again (`writing`, `exporting`)."""

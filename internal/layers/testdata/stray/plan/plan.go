package plan

import (
	_ "tearsheet/drawer"
	_ "tearsheet/internal/testenv"
)

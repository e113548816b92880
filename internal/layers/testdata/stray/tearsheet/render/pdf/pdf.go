package pdf

import (
	_ "github.com/go-pdf/fpdf"

	_ "tearsheet/tearsheet"
	_ "tearsheet/warehouse"
)

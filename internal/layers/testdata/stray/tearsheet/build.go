package tearsheet

import _ "database/sql/driver"

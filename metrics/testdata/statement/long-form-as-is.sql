select day, value from t where day >= $1 and day < $2 -- all;

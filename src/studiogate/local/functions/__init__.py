"""The emulated Lambda control plane: functions, versions, aliases and who may call them."""

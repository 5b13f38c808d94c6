export const miles = km => (km * 0.621371).toFixed(2)

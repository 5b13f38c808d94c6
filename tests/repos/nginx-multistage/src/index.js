import { miles } from './units'

km.oninput = () => { mi.textContent = miles(km.value) }

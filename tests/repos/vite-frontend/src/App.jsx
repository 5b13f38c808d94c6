import { useEffect, useState } from 'react'

export default function App() {
  const [left, setLeft] = useState(25 * 60)
  useEffect(() => {
    const t = setInterval(() => setLeft(l => (l > 0 ? l - 1 : 0)), 1000)
    return () => clearInterval(t)
  }, [])
  return <h1>{Math.floor(left / 60)}:{String(left % 60).padStart(2, '0')}</h1>
}

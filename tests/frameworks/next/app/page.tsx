export default function Home() { return <main><h1>Bikes on campus</h1></main> }

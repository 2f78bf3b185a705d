/** A plain list of sentences. */
export const Bullets = ({ items }: { readonly items: readonly string[] }) => (
  <ul class="bullets">
    {items.map((item) => (
      <li key={item}>{item}</li>
    ))}
  </ul>
)

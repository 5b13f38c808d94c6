import { Module, Controller, Get } from '@nestjs/common';

@Controller('notes')
export class NotesController {
  @Get()
  all() { return [{ id: 1, text: 'hello' }]; }
  @Get('health')
  health() { return { status: 'ok' }; }
}

@Module({ controllers: [NotesController] })
export class AppModule {}
